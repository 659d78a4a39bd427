/* SPDX-License-Identifier: MIT */
#define EBUSY 16
