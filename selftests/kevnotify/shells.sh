#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: -; --root full --mem 1024
#
# Helpers in pipe mode, and readers of the device, that need a Debian: each reads twenty
# records in its own way.
. ./lib.sh

# This machine's shell cannot do it itself
nap() {
	sleep "$1"
}

begin

LOOP='while IFS= read -r line; do
	case $line in
	KEVNOTIFY_SEQ=*) seq=${line#*=} ;;
	MESSAGE=*) message=${line#*=} ;;
	"") echo "$seq - - - - $message" >>'$RECEIPTS' ;;
	esac
done'

# twenty NAME: so many events for that helper, all there when its run begins
twenty() {
	reload burst=0 helper="|$WORK/$1" && pause && many 20 && await 60 counter_is pending 20 && resume
}

# with NAME <TEXT: that helper gets them in one run
with() {
	program "$1"
	twenty "$1" && settle && received 20 && receipts_ordered && counter_is runs 1 && helper_is ok 0 &&
		conserved
}

in_bash() {
	printf '#!/bin/bash\n%s\n' "$LOOP" | with by-bash
}

in_dash() {
	printf '#!/bin/dash\n%s\n' "$LOOP" | with by-dash
}

in_awk() {
	with by-awk <<-END
	#!/bin/sh
	exec awk -W interactive -F= '/^KEVNOTIFY_SEQ/ { seq = \$2 } /^MESSAGE/ { message = \$2 }
		/^\$/ { print seq, "- - - -", message }' >>$RECEIPTS
	END
}

# Its own buffer
in_perl() {
	with by-perl <<-END
	#!/usr/bin/perl
	open(my \$out, '>>', '$RECEIPTS');
	while (<STDIN>) {
		\$seq = \$1 if /^KEVNOTIFY_SEQ=(.*)/;
		\$message = \$1 if /^MESSAGE=(.*)/;
		print \$out "\$seq - - - - \$message\\n" if /^\$/;
	}
	END
}

in_python() {
	with by-python <<-END
	#!/usr/bin/python3
	import sys
	with open('$RECEIPTS', 'a') as out:
	    for line in sys.stdin:
	        key, _, value = line.rstrip('\\n').partition('=')
	        if key == 'KEVNOTIFY_SEQ': seq = value
	        elif key == 'MESSAGE': message = value
	        elif not key: print(seq, '- - - -', message, file=out)
	END
}

# A writer takes what can be read of its pipe for the end of the reader
in_asyncio() {
	klog_mark
	with by-asyncio <<-END && logged 20 'kevnotify.1.: got [0-9]*$' && logged 1 'kevnotify.1.: open: True$'
	#!/usr/bin/python3
	import asyncio, sys
	async def main():
	    loop = asyncio.get_running_loop()
	    reader = asyncio.StreamReader()
	    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
	    pipe, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout)
	    writer = asyncio.StreamWriter(pipe, protocol, None, loop)
	    with open('$RECEIPTS', 'a') as out:
	        async for line in reader:
	            key, _, value = line.decode().rstrip('\\n').partition('=')
	            if key == 'KEVNOTIFY_SEQ': seq = value
	            elif key == 'MESSAGE': message = value
	            elif not key:
	                print(seq, '- - - -', message, file=out)
	                writer.write(f'got {seq}\\n'.encode())
	                await writer.drain()
	    writer.write(f'open: {not pipe.is_closing()}\\n'.encode())
	    await writer.drain()
	asyncio.run(main())
	END
}

# It becomes cat
in_journal() {
	program by-journal <<-'END'
	#!/bin/sh
	exec systemd-cat -t kevnotify-test
	END
	twenty by-journal && settle && counter_is delivered 20 && counter_is runs 1 || return 1
	seq 20 | sed 's/^/KEVNOTIFY_SEQ=/' >"$WORK/wanted"
	await 60 journal_has_it
}

journal_has_it() {
	journalctl -q -t kevnotify-test -o cat | grep '^KEVNOTIFY_SEQ' | cmp -s - "$WORK/wanted"
}

# device COMMAND…: prints the SEQs of the device's records, and ends with the twentieth
device() {
	timeout 60 "$@" </dev/kevnotify >"$WORK/seqs" && seq 20 | cmp - "$WORK/seqs"
}

DEVICE_LOOP='while IFS= read -r line; do
	case $line in
	KEVNOTIFY_SEQ=*) seq=${line#*=} ;;
	"") echo "$seq"; [ "$seq" -lt 20 ] || exit 0 ;;
	esac
done'

device_shells() {
	reload burst=0 && many 20 && await 60 counter_is recorded 20 &&
		device bash -c "$DEVICE_LOOP" && device dash -c "$DEVICE_LOOP"
}

device_others() {
	device awk -W interactive -F= '/^KEVNOTIFY_SEQ/ { seq = $2 }
			/^$/ { print seq; if (seq == 20) exit }' &&
		device perl -ne '$seq = $1 if /^KEVNOTIFY_SEQ=(.*)/;
			if (/^$/) { print "$seq\n"; exit if $seq == 20 }' &&
		device python3 -c '
import sys
for line in sys.stdin:
    if line.startswith("KEVNOTIFY_SEQ="): seq = line[14:-1]
    if line == "\n": print(seq)
    if line == "\n" and seq == "20": break'
}

plan 9
check "bash" in_bash
check "dash" in_dash
check "mawk" in_awk
check "perl" in_perl
check "python" in_python
check "python's asyncio" in_asyncio
check "exec systemd-cat" in_journal
check "the device: bash, dash" device_shells
check "the device: mawk, perl, python" device_others
restore
finish
