/* Rows as they are stored: whose they are, where they stand, and whether they wait for nothing. */
#ifndef CONSENTRY_STORED_H
#define CONSENTRY_STORED_H

#include "cursor.h"

void stored_init(void);

/* The CRC-32 of the key of a subject, by which subjects stand in every store. */
uint32_t place_of_subject(Span subject);

/* The subject in the key of a row of an event or of refused records; `kind` is its letter. */
int subject_in_key(Span key, Span *subject, int *kind);

/* Whether a row is one of version 2 that can be read, without anything published and without
 * duties: no time will come at which it has to be looked at. LONG_WAY: ask Python. */
int waits_for_nothing(Span row);

#endif
