// SPDX-License-Identifier: GPL-2.0-only
/* A program whose loader is not there; see the Makefile */
int main(void)
{
	return 0;
}
