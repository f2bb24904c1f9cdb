/** When samples move: hot tables into segments. */
package io.tidemark.storage.lifecycle;
