/** The client's lines as the server reads them. */
@NullMarked
package io.tidemark.client;

import org.jspecify.annotations.NullMarked;
