/**
 * The terminal in front of a person: lines with history, search and completion, keys that
 * interrupt, a pager. JLine lives here and shows nowhere else. What lines mean is not known here.
 */
package io.tidemark.cli.shell;
