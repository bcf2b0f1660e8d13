/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMANDS_H
#define COMMANDS_H

/* Each is called with its name as argv[0] and returns an exit status. */

#endif /* COMMANDS_H */
