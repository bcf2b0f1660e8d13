// SPDX-License-Identifier: GPL-2.0-only
/* Mistakes in using kevnotify.h, each on a line with what the compiler says of it. */
#include <linux/module.h>

#include <kevnotify.h>

#define FIVE(value)	value, value, value, value, value

KEVNOTIFY_EVENT2(failed, 2, "{DEVICE} failed: {ERROR}", STR, DEVICE, HEX, ERROR);

KEVNOTIFY_EVENT2(twice, 4, "{KEY}", U64, KEY, U64, KEY); /* error: redefinition of .*KEY */
KEVNOTIFY_EVENT1(typed, 4, "{KEY}", INT, KEY); /* error: .*KEV_PARAM_INT */
KEVNOTIFY_EVENT1(urgent, 8, "{KEY}", U64, KEY); /* error: .*level_urgent <= 7 */

void misuse(struct kevnotify_source *src, const char *name)
{
	/* Of these two older compilers only warn */
	kevnotify_failed(src, 0, 7, 7); /* argument 3 of .kevnotify_failed */
	kevnotify_failed(src, 0, name, name); /* argument 4 of .kevnotify_failed */
	kevnotify_failed(src, 0, name); /* error: too few arguments */
	kevnotify_failed(src, 0, name, 7, 7); /* error: too many arguments */
	kevnotify_raise(src, 0, KEVNOTIFY_STR(7)); /* error: invalid type argument */
	kevnotify_raise(src, 0, KEVNOTIFY_U64(name)); /* error: invalid operands */
	__KEV_CALL(kevnotify_raise, src, 0, FIVE(FIVE(KEVNOTIFY_U64(1)))); /* error: .*takes_24_values_at_most */
}
