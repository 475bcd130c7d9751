#include "looks.h"

#define MAX_TEXT 200         /* `streams.wire.field_specs` */
#define LONGEST_IN_A_RUN 24  /* `streams.wire.pii` */

enum { OTHER, LETTER, DIGIT, HYPHEN };

static const uint8_t KINDS[256] = {
    ['-'] = HYPHEN, ['_'] = LETTER,
    ['0'] = DIGIT, ['1'] = DIGIT, ['2'] = DIGIT, ['3'] = DIGIT, ['4'] = DIGIT,
    ['5'] = DIGIT, ['6'] = DIGIT, ['7'] = DIGIT, ['8'] = DIGIT, ['9'] = DIGIT,
    ['A'] = LETTER, ['B'] = LETTER, ['C'] = LETTER, ['D'] = LETTER, ['E'] = LETTER,
    ['F'] = LETTER, ['G'] = LETTER, ['H'] = LETTER, ['I'] = LETTER, ['J'] = LETTER,
    ['K'] = LETTER, ['L'] = LETTER, ['M'] = LETTER, ['N'] = LETTER, ['O'] = LETTER,
    ['P'] = LETTER, ['Q'] = LETTER, ['R'] = LETTER, ['S'] = LETTER, ['T'] = LETTER,
    ['U'] = LETTER, ['V'] = LETTER, ['W'] = LETTER, ['X'] = LETTER, ['Y'] = LETTER,
    ['Z'] = LETTER,
    ['a'] = LETTER, ['b'] = LETTER, ['c'] = LETTER, ['d'] = LETTER, ['e'] = LETTER,
    ['f'] = LETTER, ['g'] = LETTER, ['h'] = LETTER, ['i'] = LETTER, ['j'] = LETTER,
    ['k'] = LETTER, ['l'] = LETTER, ['m'] = LETTER, ['n'] = LETTER, ['o'] = LETTER,
    ['p'] = LETTER, ['q'] = LETTER, ['r'] = LETTER, ['s'] = LETTER, ['t'] = LETTER,
    ['u'] = LETTER, ['v'] = LETTER, ['w'] = LETTER, ['x'] = LETTER, ['y'] = LETTER,
    ['z'] = LETTER,
};

int
plainly_clean(const uint8_t *text, Py_ssize_t size)
{
    if (size > MAX_TEXT) {
        return 0;
    }
    int first = OTHER;  /* the kind of the first that is no hyphen */
    for (Py_ssize_t at = 0; at < size; at++) {
        int kind = KINDS[text[at]];
        if (kind == OTHER) {
            return 0;
        }
        if (first == OTHER && kind != HYPHEN) {
            first = kind;
        }
    }
    return first == LETTER || (first == DIGIT && size > LONGEST_IN_A_RUN);
}
