/* SPDX-License-Identifier: GPL-2.0-only */
/* A BPF program that copies an event of the bench to a BPF ring buffer, and its reader */
#ifndef _BPF_H
#define _BPF_H

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BPF_BYTES	(2UL << 20)
#define BPF_PAYLOAD	(4 * sizeof(unsigned long long) + 80)

#define INSN(c, d, s, o, i) { .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }
#define CALL(function)		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_##function)
#define SET(reg, value)		INSN(BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, value)
#define COPY(reg, from)		INSN(BPF_ALU64 | BPF_MOV | BPF_X, reg, from, 0, 0)
#define ADD(reg, value)		INSN(BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, value)
#define LOAD(reg, from, at)	INSN(BPF_LDX | BPF_MEM | BPF_DW, reg, from, at, 0)

static int bpf_map;
static unsigned long long *bpf_consumed;
static const char *bpf_produced;

static int bpf_call(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int bpf_load(void)
{
	const struct bpf_insn program[] = {
		COPY(7, 1),
		INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, bpf_map),
		INSN(0, 0, 0, 0, 0),
		SET(2, BPF_PAYLOAD), SET(3, 0), CALL(ringbuf_reserve),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 13, 0),
		COPY(6, 0), COPY(1, 6), SET(2, 32), LOAD(3, 7, 0), CALL(probe_read_kernel),
		COPY(1, 6), ADD(1, 32), SET(2, 80), LOAD(3, 7, 8), CALL(probe_read_kernel),
		COPY(1, 6), SET(2, 0), CALL(ringbuf_submit),
		SET(0, 0), INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = (uintptr_t)program,
		.insn_cnt = sizeof(program) / sizeof(*program),
		.license = (uintptr_t)"GPL",
	};

	return bpf_call(BPF_PROG_LOAD, &attr);
}

/* The ring buffer's descriptor, which can be polled; -1 on error */
static int bpf_open(void)
{
	union bpf_attr map = { .map_type = BPF_MAP_TYPE_RINGBUF, .max_entries = BPF_BYTES };
	union bpf_attr attr = { .raw_tracepoint = { .name = (uintptr_t)"bench_bpf" } };

	bpf_map = bpf_call(BPF_MAP_CREATE, &map);
	if (bpf_map < 0)
		return -1;
	attr.raw_tracepoint.prog_fd = bpf_load();
	if ((int)attr.raw_tracepoint.prog_fd < 0 || bpf_call(BPF_RAW_TRACEPOINT_OPEN, &attr) < 0)
		return -1;
	bpf_consumed = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map, 0);
	bpf_produced = mmap(NULL, 4096 + 2 * BPF_BYTES, PROT_READ, MAP_SHARED, bpf_map, 4096);
	return bpf_consumed == MAP_FAILED || bpf_produced == MAP_FAILED ? -1 : bpf_map;
}

/* Take what there is, looking at each event's first word; how many there were */
static unsigned int bpf_drain(unsigned long long *sum)
{
	unsigned long long end = __atomic_load_n((const unsigned long long *)bpf_produced,
						 __ATOMIC_ACQUIRE);
	unsigned long long at = __atomic_load_n(bpf_consumed, __ATOMIC_RELAXED);
	unsigned int n = 0;

	while (at < end) {
		const char *event = bpf_produced + 4096 + (at & (BPF_BYTES - 1));
		unsigned int len = __atomic_load_n((const unsigned int *)event, __ATOMIC_ACQUIRE);

		if (len & BPF_RINGBUF_BUSY_BIT)
			break;
		*sum += *(const unsigned long long *)(event + BPF_RINGBUF_HDR_SZ);
		at += (len + BPF_RINGBUF_HDR_SZ + 7) & ~7UL;
		n++;
	}
	__atomic_store_n(bpf_consumed, at, __ATOMIC_RELEASE);
	return n;
}

#endif /* _BPF_H */
