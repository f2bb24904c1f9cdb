/** What of a store cannot be read any more, as reads and scrubs find it. */
package io.tidemark.storage.damage;
