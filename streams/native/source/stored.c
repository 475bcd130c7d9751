#include "stored.h"

#include "slicing.h"

#define POLYNOMIAL 0xEDB88320u  /* CRC-32 as zlib has it */
#define PRODUCED 0x02           /* the version of a row of what a producer sent */
#define ARRAY 0x9C              /* of all twelve fields (`streams.wire.row_parts.ProducedRow`) */
#define EMPTY_MAP 0x80
#define NIL 0xC0

static Slices slices;

void
stored_init(void)
{
    slices_init(slices, POLYNOMIAL);
}

uint32_t
place_of_subject(Span subject)
{
    return by_slices(slices, UINT32_MAX, subject.start, subject.size) ^ UINT32_MAX;
}

int
subject_in_key(Span key, Span *subject, int *kind)
{
    const uint8_t *end = key.size > 0 ? memchr(key.start, 0, (size_t)key.size) : NULL;
    if (end == NULL || end == key.start || end + 1 == key.start + key.size) {
        return LONG_WAY;
    }
    *subject = (Span){key.start, end - key.start};
    *kind = end[1];
    return *kind == 'E' || *kind == 'F' || *kind == 'R' ? READ : LONG_WAY;
}

/* A number behind its first byte, of `width` bytes. */
static int
next_wide(Cursor *cursor, int width, int64_t *size)
{
    const uint8_t *at = next_bytes(cursor, width);
    if (at == NULL) {
        return LONG_WAY;
    }
    *size = 0;
    while (width-- > 0) {
        *size = *size << 8 | *at++;
    }
    return READ;
}

/* Bytes, or a text, behind `first`, which says how wide their length is. */
static int
next_run(Cursor *cursor, int first, int narrowest, Span *run)
{
    int64_t size;
    if (first < narrowest || first > narrowest + 2
        || next_wide(cursor, 1 << (first - narrowest), &size) != READ) {
        return LONG_WAY;
    }
    *run = (Span){next_bytes(cursor, size), (Py_ssize_t)size};
    return run->start == NULL ? LONG_WAY : READ;
}

/* A text; only ASCII is surely one. */
static int
pass_text(Cursor *cursor)
{
    Span text;
    int first = next_byte(cursor);
    if (first >= 0xA0 && first <= 0xBF) {
        text = (Span){next_bytes(cursor, first & 0x1F), first & 0x1F};
        if (text.start == NULL) {
            return LONG_WAY;
        }
    }
    else if (next_run(cursor, first, 0xD9, &text) != READ) {
        return LONG_WAY;
    }
    uint8_t all = 0;
    for (Py_ssize_t place = 0; place < text.size; place++) {
        all |= text.start[place];
    }
    return all < 0x80 ? READ : LONG_WAY;
}

static int
pass_bytes(Cursor *cursor)
{
    Span bytes;
    return next_run(cursor, next_byte(cursor), 0xC4, &bytes);
}

/* Whole numbers: 7 bits, negative ones of 5, and both of 8 to 64. */
static int
pass_int_behind(Cursor *cursor, int first)
{
    if ((first >= 0 && first < 0x80) || first >= 0xE0) {
        return READ;
    }
    if (first < 0xCC || first > 0xD3) {
        return LONG_WAY;
    }
    return next_bytes(cursor, 1 << ((first - 0xCC) & 3)) == NULL ? LONG_WAY : READ;
}

static int
pass_int(Cursor *cursor)
{
    return pass_int_behind(cursor, next_byte(cursor));
}

static int
pass_int_or_none(Cursor *cursor)
{
    int first = next_byte(cursor);
    return first == NIL ? READ : pass_int_behind(cursor, first);
}

static int
pass_bool(Cursor *cursor)
{
    return (next_byte(cursor) & 0xFE) == 0xC2 ? READ : LONG_WAY;
}

int
waits_for_nothing(Span row)
{
    Cursor cursor = cursor_over(row.start, row.size);
    return next_byte(&cursor) == PRODUCED && next_byte(&cursor) == ARRAY
           && pass_text(&cursor)         /* topic */
           && pass_int(&cursor)          /* partition */
           && pass_int(&cursor)          /* offset */
           && pass_int(&cursor)          /* ingested_at */
           && pass_int(&cursor)          /* occurred_at */
           && pass_bytes(&cursor)        /* value */
           && pass_text(&cursor)         /* policy_digest */
           && pass_int_or_none(&cursor)  /* taken_at */
           && next_byte(&cursor) == EMPTY_MAP && next_byte(&cursor) == EMPTY_MAP
           && pass_bool(&cursor)         /* erases */
           && pass_int_or_none(&cursor)  /* restricted_since */
           && bytes_left(&cursor) == 0;
}
