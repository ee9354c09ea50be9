// Memory for numbers.
#ifndef CK_MEMORY_H
#define CK_MEMORY_H

#include <stddef.h>

/// Memory aligned to 64 bytes, NULL where there is none; given back by free. From a few MiB on it stands on
/// large pages where the system has them: reading weights then does not wait for address translation.
void *ck_allocate(size_t bytes);

#endif
