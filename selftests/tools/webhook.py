# SPDX-License-Identifier: GPL-2.0-only
#
# webhook.py PORT FILE: what is posted to 127.0.0.1:PORT becomes a line of FILE.
import http.server
import sys


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[2], "ab") as out:
            out.write(body + b"\n")
        self.send_response(200)
        self.end_headers()


http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Hook).serve_forever()
