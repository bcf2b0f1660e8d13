// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "args.h"
#include "checks.h"
#include "commands.h"
#include "finding.h"

/* Its exit status is that of a plug-in for monitoring, and with wrong arguments 2 too. */
int doctor_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "test", no_argument, NULL, 't' },
		ARGS_HELP,
		{ }
	};
	int c, json = 0, test = 0;

	while ((c = getopt_long(argc, argv, "hjt", options, NULL)) != -1) {
		if (c == 'j')
			json = 1;
		else if (c == 't')
			test = 1;
		else
			return args_usage(c);
	}
	if (optind < argc)
		return args_usage('?');
	if (checks_module()) {
		checks_device();
		checks_service();
		checks_helper();
		checks_flow();
		if (test)
			checks_test();
	}
	checks_kernels();
	checks_handlers();
	if (json)
		finding_json();
	else
		finding_print();
	return finding_status();
}
