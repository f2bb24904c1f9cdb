/** Parts of the command line alone. */
package io.tidemark.cli;
