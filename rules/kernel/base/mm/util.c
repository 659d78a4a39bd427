// SPDX-License-Identifier: MIT
#include "internal.h"

/* NULL for anonymous memory; the swap cache is left out. */
struct address_space *page_mapping(struct page *page)
{
	struct address_space *mapping = page->mapping;

	if ((unsigned long)mapping & PAGE_MAPPING_FLAGS)
		return NULL;
	return mapping;
}
