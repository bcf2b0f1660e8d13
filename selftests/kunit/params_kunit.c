// SPDX-License-Identifier: GPL-2.0-only
/* Parameters: ranges, the helper's value, what confines it, the sysctl view. */
#include <kunit/test.h>
#include <linux/module.h>

#include "param.c"
#include "helper.c"
#include "confine.c"
#include "helper_conf.c"
#include "sysctl.c"

/* The check of the file system is another suite's */
static int path_error;
static int path_checks;
static bool path_lock;		/* what waits meets the kernel's lock of parameters */
static const char *path_meanwhile;	/* what helper_lock is set to during it */

int kev_check_path(const char *path, unsigned int ms, char *why, size_t size)
{
	path_checks++;
	path_lock = mutex_is_locked(&THIS_MODULE->param_lock);
	strscpy(why, "for a test", size);
	if (path_meanwhile)
		kev_confine_lock_set(path_meanwhile, NULL);
	return path_error;
}

/* kevnotifyd is told of the helper, and first asked to have all in the log */
static u64 next_record;
/* It has been loaded */
bool kev_pause_is(enum kev_pause why)
{
	return false;
}

static int drains, kicks;

u64 kev_log_next(void)
{
	return next_record;
}

int kev_wake_drain(void)
{
	drains++;
	path_lock |= mutex_is_locked(&THIS_MODULE->param_lock);
	return 0;
}

void kev_wake_kick(void)
{
	kicks++;
}

static int changes;

static void changed(void)
{
	changes++;
}

static const struct {
	enum kev_param	which;
	const char	*name;
	unsigned int	value, min, max;
	bool		zero;
} numbers[] = {
	{ KEV_INTERVAL,	    "interval",	    10000,   1000, 86400000,  true },
	{ KEV_TIMEOUT,	    "timeout",	    30000,   1,	   86400000,  true },
	{ KEV_LINGER,	    "linger",	    1000,    1,	   86400000,  true },
	{ KEV_HOLD,	    "hold",	    3600000, 1000, 604800000, false },
	{ KEV_GRACE,	    "grace",	    0,	     1,	   86400000,  true },
	{ KEV_BURST,	    "burst",	    10,	     1,	   1000,      true },
	{ KEV_WINDOW,	    "window",	    5000,    10,   3600000,   false },
	{ KEV_HELPER_LEVEL, "helper_level", 6,	     0,	   7,	      true },
	{ KEV_FALLBACK,	    "fallback",	    0,	     1,	   86400000,  true },
	{ KEV_LOG_RECORDS,  "log_records",  1024,    16,   1048576,   false },
	{ KEV_STAGE_SLOTS,  "stage_slots",  64,	     8,	   4096,      false },
};

static int set(enum kev_param which, const char *text)
{
	const struct kernel_param kp = { .arg = &kev_numbers[which] };

	return kev_param_number_set(text, &kp);
}

static void expect_number(struct kunit *test, int i, s64 value, int err)
{
	unsigned int before = kev_param(numbers[i].which);
	int got, seen = changes;
	char text[24];

	snprintf(text, sizeof(text), "%lld\n", value);
	got = set(numbers[i].which, text);
	KUNIT_EXPECT_EQ_MSG(test, got, err, "%s = %lld", numbers[i].name, value);
	KUNIT_EXPECT_EQ(test, kev_param(numbers[i].which), err ? before : (unsigned int)value);
	KUNIT_EXPECT_EQ(test, changes - seen, !err);
}

static void params_have_their_ranges(struct kunit *test)
{
	int i;

	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(numbers), (size_t)KEV_PARAMS);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		kev_param_watch(numbers[i].which, changed);
		KUNIT_EXPECT_STREQ(test, kev_numbers[numbers[i].which].name, numbers[i].name);
		KUNIT_EXPECT_EQ(test, kev_param(numbers[i].which), numbers[i].value);
		expect_number(test, i, numbers[i].min, 0);
		expect_number(test, i, numbers[i].max, 0);
		expect_number(test, i, numbers[i].max + 1LL, -ERANGE);
		if (numbers[i].min > 1)
			expect_number(test, i, numbers[i].min - 1LL, -ERANGE);
		expect_number(test, i, 0, numbers[i].zero ? 0 : -ERANGE);
		expect_number(test, i, -1, -EINVAL);
		expect_number(test, i, 1LL << 32, -ERANGE);
		expect_number(test, i, (1LL << 32) + numbers[i].min, -ERANGE);
		kev_param_watch(numbers[i].which, NULL);
	}
}

static void params_refuse_junk(struct kunit *test)
{
	static const char *const junk[] = {
		"", "\n", " ", "x", "10x", "1 0", "10,", "0x", "1e3", "10.5", "--1", "1\n2",
		"%n", "99999999999999999999999999", "junk\nPATH=/tmp",
	};
	int i, err;

	for (i = 0; i < ARRAY_SIZE(junk); i++) {
		err = set(KEV_INTERVAL, junk[i]);
		KUNIT_EXPECT_TRUE_MSG(test, err == -EINVAL || err == -ERANGE, "'%s'", junk[i]);
		KUNIT_EXPECT_EQ(test, kev_param(KEV_INTERVAL), 10000U);
	}
	KUNIT_EXPECT_EQ(test, set(KEV_INTERVAL, "0x7d0"), 0);
	KUNIT_EXPECT_EQ(test, kev_param(KEV_INTERVAL), 2000U);
}

static void params_follow_the_window(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set(KEV_WINDOW, "2000"), 0);
	KUNIT_EXPECT_EQ(test, kev_window_jiffies, 2U * HZ);
	KUNIT_EXPECT_EQ(test, set(KEV_WINDOW, "1"), -ERANGE);
	KUNIT_EXPECT_EQ(test, kev_window_jiffies, 2U * HZ);
	KUNIT_EXPECT_EQ(test, set(KEV_WINDOW, "10"), 0);
	KUNIT_EXPECT_GT(test, kev_window_jiffies, 0U);
	/* Raise reads it: no other parameter's change writes there */
	kev_window_jiffies = 7;
	KUNIT_EXPECT_EQ(test, set(KEV_TIMEOUT, "1000"), 0);
	KUNIT_EXPECT_EQ(test, kev_window_jiffies, 7U);
}

static void params_round_sizes_up(struct kunit *test)
{
	kev_param_live = false;
	kev_numbers[KEV_LOG_RECORDS].value = 17;
	kev_numbers[KEV_STAGE_SLOTS].value = 4095;
	KUNIT_ASSERT_EQ(test, kev_param_init(), 0);
	KUNIT_EXPECT_EQ(test, kev_param(KEV_LOG_RECORDS), 32U);
	KUNIT_EXPECT_EQ(test, kev_param(KEV_STAGE_SLOTS), 4096U);
	/* A power of two stays one */
	KUNIT_ASSERT_EQ(test, kev_param_init(), 0);
	KUNIT_EXPECT_EQ(test, kev_param(KEV_LOG_RECORDS), 32U);
}

static void params_longest_window_has_its_bits(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set(KEV_WINDOW, "3600000"), 0);
	/* The rate limit's word has 22 bits of time and ten of count */
	KUNIT_EXPECT_LT(test, kev_window_jiffies, 1U << 22);
	KUNIT_EXPECT_LT(test, kev_numbers[KEV_BURST].max, 1U << 10);
}

static int set_helper(const char *value)
{
	return kev_helper_conf_set(value, false);
}

static void expect_helper(struct kunit *test, const char *value)
{
	struct kev_helper now;

	KUNIT_EXPECT_EQ(test, kev_helper_get(&now), *value != '\0');
	KUNIT_EXPECT_STREQ(test, now.value, value);
	KUNIT_EXPECT_EQ(test, now.generation, kev_helper_generation());
}

static void helper_comes_and_goes(struct kunit *test)
{
	unsigned int generation = kev_helper_generation();

	expect_helper(test, "");
	KUNIT_EXPECT_EQ(test, set_helper("/bin/true"), 0);
	expect_helper(test, "/bin/true");
	KUNIT_EXPECT_EQ(test, set_helper("/bin/false\n"), 0);
	expect_helper(test, "/bin/false");
	KUNIT_EXPECT_EQ(test, path_checks, 2);
	KUNIT_EXPECT_EQ(test, set_helper("\n"), 0);
	expect_helper(test, "");
	/* There is nothing to look at */
	KUNIT_EXPECT_EQ(test, path_checks, 2);
	KUNIT_EXPECT_EQ(test, kicks, 3);
	KUNIT_EXPECT_EQ(test, kev_helper_generation(), generation + 3);
}

static void expect_from(struct kunit *test, u64 from, bool anew)
{
	static unsigned int since;
	struct kev_helper now;

	kev_helper_get(&now);
	KUNIT_EXPECT_EQ(test, now.from, from);
	KUNIT_EXPECT_EQ(test, now.since != since, anew);
	since = now.since;
}

/* The first one after none begins at the newest record, which all that was raised precedes */
static void helper_begins_somewhere(struct kunit *test)
{
	next_record = 18;
	KUNIT_EXPECT_EQ(test, set_helper("/bin/true"), 0);
	expect_from(test, 17, true);
	next_record = 30;
	KUNIT_EXPECT_EQ(test, set_helper("|/bin/cat"), 0);
	expect_from(test, 17, false);
	KUNIT_EXPECT_EQ(test, drains, 2);
	KUNIT_EXPECT_EQ(test, set_helper(""), 0);
	KUNIT_EXPECT_EQ(test, drains, 2);
	next_record = 40;
	KUNIT_EXPECT_EQ(test, set_helper("/bin/true"), 0);
	expect_from(test, 39, true);
}

static void helper_has_a_form(struct kunit *test)
{
	static const char *const relative[] = {
		"bin/true", " /bin/true", "./true", "../bin/true", "~", "%n", "\n/bin/true",
		"\xff/bin", "|bin/true", "| /bin/true", "||/bin/true", "|",
	};
	int i;

	KUNIT_EXPECT_EQ(test, set_helper("/bin/true"), 0);
	for (i = 0; i < ARRAY_SIZE(relative); i++)
		KUNIT_EXPECT_EQ_MSG(test, set_helper(relative[i]), -EINVAL, "'%s'",
				    relative[i]);
	expect_helper(test, "/bin/true");
	KUNIT_EXPECT_EQ(test, kicks, 1);
	KUNIT_EXPECT_EQ(test, path_checks, 1);
	/* Only one newline is the shell's, the others are the name's */
	KUNIT_EXPECT_EQ(test, set_helper("/bin/a\n\n"), 0);
	expect_helper(test, "/bin/a\n");
}

static void helper_has_255_bytes(struct kunit *test)
{
	char path[KEV_HELPER_MAX + 3];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[255] = '\0';
	KUNIT_EXPECT_EQ(test, set_helper(path), 0);
	expect_helper(test, path);
	path[255] = '\n';
	path[256] = '\0';
	KUNIT_EXPECT_EQ(test, set_helper(path), 0);
	path[255] = 'x';
	KUNIT_EXPECT_EQ(test, set_helper(path), -ENAMETOOLONG);
	path[256] = '\n';
	path[257] = '\0';
	KUNIT_EXPECT_EQ(test, set_helper(path), -ENAMETOOLONG);
	path[255] = '\0';
	expect_helper(test, path);
}

/* The sign of pipe mode is no part of the path */
static void helper_in_pipe_mode(struct kunit *test)
{
	char value[KEV_HELPER_VALUE + 2];

	KUNIT_EXPECT_EQ(test, set_helper("|/bin/cat\n"), 0);
	expect_helper(test, "|/bin/cat");
	KUNIT_EXPECT_EQ(test, set_helper("|"), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_helper("||/bin/cat"), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_helper("| /bin/cat"), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_helper("|bin/cat"), -EINVAL);
	expect_helper(test, "|/bin/cat");
	memset(value, 'x', sizeof(value));
	memcpy(value, "|/", 2);
	value[257] = '\0';
	KUNIT_EXPECT_EQ(test, set_helper(value), -ENAMETOOLONG);
	value[256] = '\0';
	KUNIT_EXPECT_EQ(test, set_helper(value), 0);
	expect_helper(test, value);
}

static void caps_are_a_mask(struct kunit *test)
{
	char all[24];
	int cap;

	snprintf(all, sizeof(all), "%llx\n", KEV_CONFINE_ALL);
	KUNIT_EXPECT_EQ(test, kev_confine_caps_set("200020", NULL), 0);
	for (cap = 0; cap <= CAP_LAST_CAP; cap++)
		KUNIT_EXPECT_EQ(test, !!cap_raised(kev_confine_caps(), cap), cap == 5 || cap == 21);
	KUNIT_EXPECT_EQ(test, kev_confine_caps_set("ffffffffffffffff", NULL), -ERANGE);
	KUNIT_EXPECT_EQ(test, kev_confine_caps_set("x", NULL), -EINVAL);
	KUNIT_EXPECT_TRUE(test, cap_raised(kev_confine_caps(), 21));
	KUNIT_EXPECT_EQ(test, kev_confine_caps_set(all, NULL), 0);
	KUNIT_EXPECT_TRUE(test, cap_raised(kev_confine_caps(), CAP_LAST_CAP));
	KUNIT_EXPECT_EQ(test, kev_confine_caps_set("0", NULL), 0);
	KUNIT_EXPECT_EQ(test, kev_confine_caps_set("all", NULL), 0);
	KUNIT_EXPECT_TRUE(test, cap_raised(kev_confine_caps(), 0));
}

static void oom_score_adj_has_a_range(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kev_confine_oom_score_adj(), -900);
	KUNIT_EXPECT_EQ(test, kev_confine_adj_set("-1001", NULL), -ERANGE);
	KUNIT_EXPECT_EQ(test, kev_confine_adj_set("1001", NULL), -ERANGE);
	KUNIT_EXPECT_EQ(test, kev_confine_oom_score_adj(), -900);
	KUNIT_EXPECT_EQ(test, kev_confine_adj_set("1000\n", NULL), 0);
	KUNIT_EXPECT_EQ(test, kev_confine_adj_set("-1000", NULL), 0);
	KUNIT_EXPECT_EQ(test, kev_confine_oom_score_adj(), -1000);
	KUNIT_EXPECT_EQ(test, kev_confine_adj_set("-900", NULL), 0);
}

static void lock_is_one_way(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set_helper("/bin/true"), 0);
	KUNIT_EXPECT_EQ(test, kev_confine_lock_set("nonsense", NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, kev_confine_lock_set("N\n", NULL), 0);
	KUNIT_EXPECT_EQ(test, kev_confine_lock_set("Y\n", NULL), 0);
	KUNIT_EXPECT_EQ(test, kev_confine_lock_set("N", NULL), -EPERM);
	KUNIT_EXPECT_EQ(test, set_helper("/bin/false"), -EPERM);
	KUNIT_EXPECT_EQ(test, set_helper(""), -EPERM);
	KUNIT_EXPECT_EQ(test, kev_confine_caps_set("0", NULL), -EPERM);
	KUNIT_EXPECT_TRUE(test, cap_raised(kev_confine_caps(), 0));
	expect_helper(test, "/bin/true");
	kev_confine_lock = false;
}

static void helper_check_decides(struct kunit *test)
{
	static const int errors[] = { -EACCES, -ENOENT, -ELOOP, -ENOTDIR, -ETIMEDOUT };
	int i;

	KUNIT_EXPECT_EQ(test, set_helper("/old"), 0);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		path_error = errors[i];
		KUNIT_EXPECT_EQ(test, set_helper("/new"), errors[i]);
	}
	expect_helper(test, "/old");
	KUNIT_EXPECT_EQ(test, set_helper(""), 0);
	expect_helper(test, "");
}

/* No child could be made to look at it: the runs will */
static void helper_without_a_check(struct kunit *test)
{
	path_error = KEV_CHECK_NONE;
	KUNIT_EXPECT_EQ(test, set_helper("/bin/true"), 0);
	expect_helper(test, "/bin/true");
	KUNIT_EXPECT_EQ(test, set_helper("relative"), -EINVAL);
}

/* Others may use their parameters while a path is looked at */
static void helper_check_holds_no_lock(struct kunit *test)
{
	kernel_param_lock(THIS_MODULE);
	KUNIT_EXPECT_EQ(test, kev_helper_conf_set("/bin/true", true), 0);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&THIS_MODULE->param_lock));
	kernel_param_unlock(THIS_MODULE);
	KUNIT_EXPECT_EQ(test, path_checks, 1);
	KUNIT_EXPECT_FALSE(test, path_lock);
}

/* Meanwhile another writer may have locked it */
static void helper_is_locked_during_a_check(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set_helper("/old"), 0);
	path_meanwhile = "Y";
	KUNIT_EXPECT_EQ(test, set_helper("/new"), -EPERM);
	expect_helper(test, "/old");
}

static void helper_at_load_has_a_form_only(struct kunit *test)
{
	kev_param_live = false;
	path_error = -ENOENT;
	KUNIT_EXPECT_EQ(test, set_helper("/not/mounted/yet"), 0);
	KUNIT_EXPECT_EQ(test, set_helper("relative"), -EINVAL);
	KUNIT_EXPECT_EQ(test, path_checks, 0);
	expect_helper(test, "/not/mounted/yet");
	kev_param_live = true;
}

/* As proc calls it: n bytes at this place of the file */
static int sysctl_write(int entry, const char *text, size_t n, loff_t at)
{
	char buffer[512];
	size_t len = n;

	memset(buffer, 'z', sizeof(buffer));
	memcpy(buffer, text, strnlen(text, n));
	return kev_sysctl_handler(&kev_sysctl_table[entry], 1, buffer, &len, &at);
}

enum { SYSCTL_HELPER, SYSCTL_INTERVAL };

static void sysctl_writes_the_same_values(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_HELPER, "/bin/true\n", 10, 0), 0);
	expect_helper(test, "/bin/true");
	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_INTERVAL, "1234\n", 5, 0), 0);
	KUNIT_EXPECT_EQ(test, kev_param(KEV_INTERVAL), 1234U);
	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_HELPER, "\n", 1, 0), 0);
	expect_helper(test, "");
}

static void sysctl_refuses_alike(struct kunit *test)
{
	char path[300];

	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_HELPER, "bin/true\n", 9, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_INTERVAL, "junk\n", 5, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_INTERVAL, "999\n", 4, 0), -ERANGE);
	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_INTERVAL, "2000\n", 5, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_HELPER, "/bin/true", 9, 1), -EINVAL);

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[255] = '\n';
	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_HELPER, path, 256, 0), 0);
	path[255] = '\0';
	expect_helper(test, path);
	path[255] = 'x';
	path[256] = '\n';
	path[257] = '\0';
	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_HELPER, path, 257, 0), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_HELPER, path, 256, 0), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, sysctl_write(SYSCTL_INTERVAL, path, 257, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, kev_param(KEV_INTERVAL), 10000U);
	path[255] = '\0';
	expect_helper(test, path);
}

static void sysctl_reads(struct kunit *test)
{
	KEV_CTL_TABLE *helper = &kev_sysctl_table[SYSCTL_HELPER];
	KEV_CTL_TABLE *interval = &kev_sysctl_table[SYSCTL_INTERVAL];
	char buffer[300] = "";
	size_t len = sizeof(buffer);
	loff_t at = 0;

	KUNIT_EXPECT_EQ(test, set_helper("/bin/true"), 0);
	KUNIT_EXPECT_EQ(test, kev_sysctl_handler(helper, 0, buffer, &len, &at), 0);
	KUNIT_EXPECT_EQ(test, len, (size_t)10);
	KUNIT_EXPECT_EQ(test, memcmp(buffer, "/bin/true\n", 10), 0);
	len = sizeof(buffer);
	KUNIT_EXPECT_EQ(test, kev_sysctl_handler(helper, 0, buffer, &len, &at), 0);
	KUNIT_EXPECT_EQ(test, len, (size_t)0);
	len = sizeof(buffer);
	at = 0;
	KUNIT_EXPECT_EQ(test, kev_sysctl_handler(interval, 0, buffer, &len, &at), 0);
	KUNIT_EXPECT_EQ(test, memcmp(buffer, "10000\n", 6), 0);
}

static void params_test_exit(struct kunit *test)
{
	kev_confine_lock = false;
	kev_param_live = false;
	set_helper("");
}

static int params_test_init(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		kev_numbers[numbers[i].which].value = numbers[i].value;
	params_test_exit(test);
	changes = 0;
	drains = 0;
	kicks = 0;
	path_checks = 0;
	path_error = 0;
	path_meanwhile = NULL;
	next_record = 1;
	return kev_param_init();
}

static struct kunit_case params_cases[] = {
	KUNIT_CASE(params_have_their_ranges),
	KUNIT_CASE(params_refuse_junk),
	KUNIT_CASE(params_follow_the_window),
	KUNIT_CASE(params_round_sizes_up),
	KUNIT_CASE(params_longest_window_has_its_bits),
	KUNIT_CASE(helper_comes_and_goes),
	KUNIT_CASE(helper_begins_somewhere),
	KUNIT_CASE(helper_has_a_form),
	KUNIT_CASE(helper_has_255_bytes),
	KUNIT_CASE(helper_in_pipe_mode),
	KUNIT_CASE(caps_are_a_mask),
	KUNIT_CASE(oom_score_adj_has_a_range),
	KUNIT_CASE(lock_is_one_way),
	KUNIT_CASE(helper_check_decides),
	KUNIT_CASE(helper_without_a_check),
	KUNIT_CASE(helper_check_holds_no_lock),
	KUNIT_CASE(helper_is_locked_during_a_check),
	KUNIT_CASE(helper_at_load_has_a_form_only),
	KUNIT_CASE(sysctl_writes_the_same_values),
	KUNIT_CASE(sysctl_refuses_alike),
	KUNIT_CASE(sysctl_reads),
	{}
};

static struct kunit_suite params_suite = {
	.name		= "kevnotify_params",
	.init		= params_test_init,
	.exit		= params_test_exit,
	.test_cases	= params_cases,
};

kunit_test_suite(params_suite);

MODULE_DESCRIPTION("KUnit tests of kevnotify's parameters");
MODULE_LICENSE("GPL");
