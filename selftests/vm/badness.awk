# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the lines of a console log that tell of a kernel in trouble, and fails
# when there are any. EXPECT in the environment: lines that were announced do
# not count, but one has to be there.

BEGIN {
	bad = "BUG:|kernel BUG at|WARNING:|Oops:|Call Trace:|Kernel panic|double fault" \
	      "|general protection fault|Unable to handle|UBSAN:|KASAN:|KCSAN:|KFENCE:" \
	      "|possible (circular|recursive|irq)|inconsistent lock state|bad unlock" \
	      "|held lock freed|suspicious RCU|lock held when returning|Invalid wait context" \
	      "|rcu:.*(stall|starved)|INFO: (rcu|task|trying|Object|Slab)|soft lockup" \
	      "|hard LOCKUP|blocked for more than|workqueue lockup|ODEBUG:|refcount_t:" \
	      "|list_(add|del) corruption|unregister_netdevice: waiting|unreferenced object" \
	      "|kmemleak:.*(new suspected|disabled)|sleeping function" \
	      "|scheduling while atomic"
	expect = ENVIRON["EXPECT"]
}

# The trace of an OOM report, and of a report that was announced, is theirs.
/invoked oom-killer:/ { its_trace = 1 }
# So is that of a page that the victim did not get any more.
/: page allocation failure: order:0, mode:[^(]*\(GFP_HIGHUSER/ { its_trace = 1 }
/Call Trace:/ && its_trace { its_trace = 0; next }
# While a test makes allocations fail, the kernel complains of some with a trace;
# whatever is worse has a line of its own.
/kevnotify-test: allocations fail/ { failing = 1 }
/kevnotify-test: allocations work/ { failing = 0 }
failing && /Call Trace:/ { next }
# That is how tracing tells that it could not describe a tracepoint's fields.
failing && /WARNING: .* event_define_fields\+/ { next }
# Unregistering a probe has no way to fail but this; such a probe stays registered.
failing && /WARNING: .* (__disarm_kprobe_ftrace|register_kprobe)\+/ { next }
$0 !~ bad { next }
expect != "" && $0 ~ expect { seen = its_trace = 1; next }
{ print; found = 1 }

END {
	if (expect != "" && !seen) {
		print "announced and not there: " expect
		found = 1
	}
	exit found
}
