/** The client against servers that follow a script. */
@NullMarked
package io.tidemark.client;

import org.jspecify.annotations.NullMarked;
