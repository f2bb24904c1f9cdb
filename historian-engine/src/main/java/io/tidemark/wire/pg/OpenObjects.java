package io.tidemark.wire.pg;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Prepared statements and portals of a connection, by their names, within limits. One thread. */
final class OpenObjects {
  private static final int NAME_CHARS_MAX = 256;

  /** Characters of all prepared statements of a connection. */
  private static final int STATEMENT_CHARS_MAX = 4 << 20;

  private final PgConfig config;
  private final Map<String, PreparedQuery> statements = new HashMap<>();
  private final Map<String, Portal> portals = new HashMap<>();

  OpenObjects(PgConfig config) {
    this.config = config;
  }

  /** A name, if it is no longer than names may be. */
  static String name(String name) {
    if (name.length() > NAME_CHARS_MAX) {
      throw new PgException("42622", "name is too long: charsMax=" + NAME_CHARS_MAX);
    }
    return name;
  }

  // Statements.

  /** Checks that a statement of so many characters may be prepared under a name. */
  void requireRoom(String name, int chars) {
    if (!name.isEmpty() && statements.containsKey(name)) {
      throw new PgException(
          SqlState.DUPLICATE_STATEMENT,
          "prepared statement \"" + SessionSettings.shown(name) + "\" already exists");
    }
    long held = chars;
    for (PreparedQuery each : statements.values()) {
      held += each.command().sql().length();
    }
    if (held > STATEMENT_CHARS_MAX) {
      throw new PgException(
          SqlState.LIMIT_EXCEEDED,
          "prepared statements are too long: charsMax=" + STATEMENT_CHARS_MAX);
    }
    if (statements.size() >= config.statementsMax()) {
      throw new PgException(
          SqlState.LIMIT_EXCEEDED,
          "too many prepared statements: statementsMax=" + config.statementsMax());
    }
  }

  void put(String name, PreparedQuery query) {
    statements.put(name, query);
  }

  /** The statement of a name, which must be there. */
  PreparedQuery statement(String name) {
    PreparedQuery query = statements.get(name);
    if (query == null) {
      throw new PgException(
          SqlState.INVALID_STATEMENT_NAME,
          "prepared statement \"" + SessionSettings.shown(name) + "\" does not exist");
    }
    return query;
  }

  /** Forgets a statement, if it is there. */
  void remove(String name) {
    statements.remove(name);
  }

  /** Forgets all statements. */
  void removeAll() {
    statements.clear();
  }

  // Portals.

  /** Opens a portal; the one without a name takes the place of the one before. */
  void bind(Portal portal) {
    if (portal.name().isEmpty()) {
      closePortal("");
    } else {
      requireNoPortal(portal.name());
    }
    put(portal);
  }

  /** Checks that no portal has a name. */
  void requireNoPortal(String name) {
    if (portals.containsKey(name)) {
      throw new PgException(
          SqlState.DUPLICATE_CURSOR,
          "cursor \"" + SessionSettings.shown(name) + "\" already exists");
    }
  }

  /** Keeps a portal. */
  void put(Portal portal) {
    if (portals.size() >= config.portalsMax()) {
      throw new PgException(
          SqlState.LIMIT_EXCEEDED, "too many portals: portalsMax=" + config.portalsMax());
    }
    long held = portal.bytes();
    for (Portal each : portals.values()) {
      held += each.bytes();
    }
    if (held > config.messageBytesMax()) {
      throw new PgException(
          SqlState.LIMIT_EXCEEDED,
          "parameters of open portals are too long: bytesMax=" + config.messageBytesMax());
    }
    portals.put(portal.name(), portal);
  }

  /** The portal of a name, which must be there. */
  Portal portal(String name) {
    Portal portal = portals.get(name);
    if (portal == null) {
      throw new PgException(
          SqlState.INVALID_CURSOR_NAME,
          "portal \"" + SessionSettings.shown(name) + "\" does not exist");
    }
    return portal;
  }

  /** Forgets a portal without closing it. */
  void forget(Portal portal) {
    portals.remove(portal.name(), portal);
  }

  /** Closes a portal, if it is there. */
  void closePortal(String name) {
    Portal portal = portals.remove(name);
    if (portal != null) {
      portal.close();
    }
  }

  /** Closes all portals. */
  void closePortals() {
    List<Portal> all = List.copyOf(portals.values());
    portals.clear();
    all.forEach(Portal::close);
  }

  /** Closes those whose statement was stopped. */
  void closeStopped() {
    portals.values().stream().filter(Portal::isStopped).forEach(Portal::close);
  }
}
