/* SPDX-License-Identifier: MIT */
#define EBUSY 16
#define EINVAL 22
