/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMANDS_H
#define COMMANDS_H

/* Each is called with its name as argv[0] and returns an exit status. */
int follow_run(int argc, char **argv);
int show_run(int argc, char **argv);
int status_run(int argc, char **argv);
int top_run(int argc, char **argv);

int doctor_run(int argc, char **argv);
int metrics_run(int argc, char **argv);
int raise_run(int argc, char **argv);
int reload_run(int argc, char **argv);
int set_run(int argc, char **argv);
int sources_run(int argc, char **argv);
int stats_run(int argc, char **argv);
int test_run(int argc, char **argv);

#endif /* COMMANDS_H */
