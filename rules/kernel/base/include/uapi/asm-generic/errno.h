/* SPDX-License-Identifier: MIT */
#define EAGAIN 11
