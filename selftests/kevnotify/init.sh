#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# An init that fails late, when kevnotifyd could have started a run: it has not, as that
# would have files and a child in text that goes.
. ./lib.sh

begin
program starts <<END
#!/bin/sh
echo >>$WORK/started
exec cat
END

# A resident reader is started without an event
resident() {
	modprobe kevnotify helper="|$WORK/starts" linger=0 2>/dev/null
}

started() { [ -e "$WORK/started" ]; }

marks() {
	grep -c ' \.kevnotify' /proc/keys
}

# More than once, where modprobe tries in another way then
fails() {
	unload && modprobe kevnotify-test-init && ! resident &&
		read -r failed </sys/module/kevnotify_test_init/parameters/failed && atleast 1 "$failed" &&
		rmmod kevnotify-test-init
}

nothing_there() {
	! started && [ ! -d /sys/module/kevnotify ] && [ ! -d "$SYS" ] &&
		await 60 prints 0 threads kevnotifyd && await 60 prints 0 marks
}

loads() {
	resident && await 60 started && await 60 state_is running && pause && counter_is exited 1
}

plan 3
check "an init that fails late" fails
check "no run was started before, and nothing is left" nothing_there
check "one that does not fail starts it" loads
restore
finish
