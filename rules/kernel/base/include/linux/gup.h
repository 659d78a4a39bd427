/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_GUP_H
#define _LINUX_GUP_H

#define FOLL_WRITE 0x01
#define FOLL_FORCE 0x10	/* also where the mapping is read-only: a debugger writes to its own copy */
#define FAULT_FLAG_WRITE 0x01
#define VM_FAULT_WRITE 0x0008	/* there is a private copy now */
#define VM_WRITE 0x00000002

#endif
