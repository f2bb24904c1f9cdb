package io.tidemark.engine.security;

import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * How doors speak TLS.
 *
 * @param keys gives the certificate that is valid at the moment of a handshake
 * @param protocols names of the versions that are spoken, the newest first
 */
public record ServerTls(X509ExtendedKeyManager keys, List<String> protocols) {}
