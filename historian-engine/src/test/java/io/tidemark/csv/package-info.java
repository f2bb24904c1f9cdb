/** CSV files as people have them, in and out of shape. */
package io.tidemark.csv;
