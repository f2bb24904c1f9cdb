package io.tidemark.engine.security;

import io.tidemark.engine.security.crypto.LoginTickets;
import io.tidemark.engine.security.crypto.PasswordHash;
import io.tidemark.engine.security.crypto.ScramKeys;
import io.tidemark.engine.security.crypto.TokenSecret;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who asks, and what they may do: the same behind every door.
 *
 * <p>Whoever is on this machine and sends no credentials is the local operator, who may do
 * everything, until the configuration switches that off. Everybody else shows a token ({@code
 * Bearer}, {@code Token} or as password of {@code Basic}), name and password ({@code Basic}), or
 * what {@link #logIn} gave it. While there are no accounts at all, credentials are not looked at.
 * Rights are asked for at each use, so that a revoked account ends at once. Safe from any thread.
 */
public final class Access implements AccessHook {
  /** Longest wait for a turn to compute a password's hash. */
  private static final int TURN_SECONDS_MAX = 5;

  /** Hashes of passwords computed at a time: each takes 19 MiB. */
  private static final int HASHES_MAX = 2;

  /** Stands for the name where there is only a token; no account has it. */
  private static final String TOKEN = "token";

  /** How long a login of {@link #logIn} goes on. */
  private static final long LOGIN_NS = 86_400_000_000_000L;

  private static final int CREDENTIALS_CHARS_MAX = 4096;
  private static final int PROVEN_MAX = 1_000;
  private static final long PROVEN_NS = 60_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(Access.class);

  /** Failed logins that are logged; all of them are counted. */
  private static final int LOGGED_PER_MINUTE = 120;

  private final Accounts accounts;
  private final boolean hasLocalOperator;
  private final LongSupplier epochNs;
  private final LongSupplier nanoClock;
  private final LoginThrottle throttle;
  private final LoginTickets tickets;
  private final LogLimit failures = new LogLimit(LOGGED_PER_MINUTE);
  private final Semaphore turns = new Semaphore(HASHES_MAX);
  private final byte[] seed = new byte[32];
  private final String nobodysHash;
  private final Map<String, Long> lastUsedNs = new ConcurrentHashMap<>();

  /* When name and password were found to fit, by a digest of both and of the stored hash. */
  private final Map<String, Long> provenNanos = new ConcurrentHashMap<>();

  /**
   * Access by some accounts.
   *
   * @param hasLocalOperator whether peers on this machine need no credentials
   * @param epochNs wall clock, nanoseconds since the epoch
   * @param nanoClock monotonic clock
   */
  public Access(
      Accounts accounts, boolean hasLocalOperator, LongSupplier epochNs, LongSupplier nanoClock) {
    this.accounts = accounts;
    this.hasLocalOperator = hasLocalOperator;
    this.epochNs = epochNs;
    this.nanoClock = nanoClock;
    this.throttle = new LoginThrottle(nanoClock);
    this.tickets = new LoginTickets(LOGIN_NS, nanoClock);
    new SecureRandom().nextBytes(seed);
    nobodysHash = PasswordHash.of(TokenSecret.create());
  }

  /** The accounts. */
  public Accounts accounts() {
    return accounts;
  }

  /** Whether there are accounts, so that it makes a difference who asks. */
  public boolean hasAccounts() {
    return !accounts.all().isEmpty();
  }

  /** Failed logins since the start. */
  public long failedLogins() {
    return throttle.failed();
  }

  /** When an account was last used since the start, nanoseconds since the epoch; null for never. */
  public @Nullable Long lastUsedNs(String name) {
    return lastUsedNs.get(name);
  }

  @Override
  public boolean guardsRemotePeers() {
    return accounts.isAnyValid(epochNs.getAsLong());
  }

  // Authentication.

  @Override
  public boolean isSlow(RequestFacts facts) {
    String authorization = facts.authorization();
    if (authorization == null || !hasAccounts()) {
      return false;
    }
    Basic basic = basic(authorization);
    return basic != null && !TokenSecret.isWellFormed(basic.secret());
  }

  @Override
  public Principal authenticate(RequestFacts facts) {
    String authorization = facts.authorization();
    boolean isOperator = hasLocalOperator && facts.isLocal();
    if (isOperator && (authorization == null || !hasAccounts())) {
      return Principal.LOCAL_OPERATOR;
    }
    if (!hasAccounts()) {
      throw refusedWithoutAccounts(facts);
    }
    if (authorization == null) {
      throw unauthenticated("request has no credentials: operation=" + facts.operation());
    }
    if (authorization.length() > CREDENTIALS_CHARS_MAX) {
      throw failed(facts, TOKEN, "credentials are too long");
    }
    Basic basic = basic(authorization);
    if (basic != null) {
      return TokenSecret.isWellFormed(basic.secret())
          ? token(facts, basic.secret())
          : password(facts, basic.name(), basic.secret());
    }
    int space = authorization.indexOf(' ');
    String scheme = space < 0 ? "" : authorization.substring(0, space).toLowerCase(Locale.ROOT);
    if (!scheme.equals("bearer") && !scheme.equals("token")) {
      throw failed(facts, TOKEN, "scheme is not known: schemes=Bearer|Basic|Token");
    }
    return token(facts, authorization.substring(space + 1).strip());
  }

  /**
   * What stands in for name and password for a day, or until the password changes, the account is
   * revoked or the server stops. A token stands for itself: it is checked quickly and ends by
   * itself.
   */
  @Override
  public @Nullable String logIn(RequestFacts facts) {
    Principal principal = authenticate(facts);
    Basic basic = facts.authorization() == null ? null : basic(facts.authorization());
    if (basic == null) {
      return null;
    }
    Account account = accounts.find(principal.name());
    if (TokenSecret.isWellFormed(basic.secret()) || account == null) {
      // Without accounts credentials are not looked at, but clients insist on some.
      return "Bearer " + (account == null ? TokenSecret.create() : basic.secret());
    }
    return "Bearer " + tickets.create(account.name(), account.secretHash());
  }

  @Override
  public @Nullable String holder(String name) {
    Account account = accounts.find(name);
    return account == null ? null : account.secretHash();
  }

  @Override
  public @Nullable Principal trusted(RequestFacts facts, String name) {
    boolean isOperator = hasLocalOperator && facts.isLocal();
    return isOperator && accounts.find(name) == null ? Principal.LOCAL_OPERATOR : null;
  }

  @Override
  public ScramLogin login(RequestFacts facts, String name) {
    if (!hasAccounts()) {
      throw refusedWithoutAccounts(facts);
    }
    throttle.check(facts.peer(), name);
    Account account = accounts.find(name);
    ScramLogin.Keys keys =
        account == null
            ? ScramKeys.madeUp(seed, name, ScramKeys.TOKEN_ITERATIONS)
            : account.scram();
    return new ScramLogin() {
      @Override
      public Keys keys() {
        return keys;
      }

      @Override
      public Principal end(boolean isProven) {
        if (account == null || !isProven) {
          throw failed(facts, name, "name or secret is wrong");
        }
        return welcome(facts, account);
      }
    };
  }

  /**
   * A token that is right is taken whatever failed before: nobody guesses 256 bits, and one client
   * with an old token must not shut out others at its address.
   */
  private Principal token(RequestFacts facts, String secret) {
    if (secret.startsWith(LoginTickets.PREFIX)) {
      return ticket(facts, secret);
    }
    String hash = TokenSecret.hash(secret);
    Account account = TokenSecret.isWellFormed(secret) ? accounts.ofTokenHash(hash) : null;
    if (account == null || !isSame(account.secretHash(), hash)) {
      throttle.check(facts.peer(), TOKEN);
      throw failed(facts, TOKEN, "token is not one of this server");
    }
    return welcome(facts, account);
  }

  private Principal ticket(RequestFacts facts, String secret) {
    String name = tickets.name(secret, this::holder);
    Account account = name == null ? null : accounts.find(name);
    if (account == null) {
      throttle.check(facts.peer(), TOKEN);
      throw failed(facts, TOKEN, "login has ended, or is none of this server: log in again");
    }
    return welcome(facts, account);
  }

  /**
   * The principal of a name and a password, or a token in its place. Computes a hash: some 50 ms.
   *
   * @throws HistorianException {@link ErrorCode#UNAUTHENTICATED} if they do not fit, {@link
   *     ErrorCode#BACK_PRESSURED} after too many failures
   */
  public Principal password(RequestFacts facts, String name, String password) {
    if (TokenSecret.isWellFormed(password)) {
      return token(facts, password);
    }
    throttle.check(facts.peer(), name);
    Account account = accounts.find(name);
    Account user = account != null && account.kind() == Account.Kind.USER ? account : null;
    // Of nobody a hash is computed too, so that the time tells nothing.
    boolean isProven = isProven(name, password, user == null ? nobodysHash : user.secretHash());
    if (!isProven || user == null) {
      throw failed(facts, name, "name or password is wrong");
    }
    return welcome(facts, user);
  }

  /** Whether a password fits; remembered for a minute, since some clients send it each time. */
  private boolean isProven(String name, String password, String hash) {
    String digest = TokenSecret.hash(name + '\n' + hash + '\n' + password);
    Long proven = provenNanos.get(digest);
    if (proven != null && nanoClock.getAsLong() - proven < PROVEN_NS) {
      return true;
    }
    boolean hasTurn = false;
    try {
      hasTurn = turns.tryAcquire(TURN_SECONDS_MAX, TimeUnit.SECONDS);
      if (!hasTurn) {
        throw new HistorianException(
            ErrorCode.BACK_PRESSURED, "too many logins at a time", null, "try again", null);
      }
      boolean fits = PasswordHash.matches(password, hash);
      if (fits) {
        if (provenNanos.size() >= PROVEN_MAX) {
          provenNanos.clear();
        }
        provenNanos.put(digest, nanoClock.getAsLong());
      }
      return fits;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HistorianException(ErrorCode.CANCELLED, "interrupted", e);
    } finally {
      if (hasTurn) {
        turns.release();
      }
    }
  }

  private Principal welcome(RequestFacts facts, Account account) {
    long now = epochNs.getAsLong();
    if (!account.isValid(now)) {
      String reason = account.isRevoked() ? "account is revoked" : "account has expired";
      throw failed(facts, account.name(), reason);
    }
    throttle.succeeded(facts.peer(), account.name());
    lastUsedNs.put(account.name(), now);
    return new Principal(account.name());
  }

  private HistorianException failed(RequestFacts facts, String name, String reason) {
    throttle.failed(facts.peer(), name, !name.equals(TOKEN));
    long leftOut = failures.admit();
    if (leftOut >= 0) {
      LOG.warn(
          "login failed: peer={}, name={}, operation={}, reason={}, leftOut={}",
          facts.peer().getHostAddress(),
          ErrorText.quote(name),
          ErrorText.quote(facts.operation()),
          reason,
          leftOut);
    }
    return unauthenticated("credentials are refused: reason=" + reason);
  }

  private static HistorianException unauthenticated(String message) {
    return new HistorianException(
        ErrorCode.UNAUTHENTICATED,
        message,
        null,
        "send Authorization: Bearer with a token; on the server's machine make one with:"
            + " tidemark token create NAME --role reader",
        null);
  }

  private static HistorianException refusedWithoutAccounts(RequestFacts facts) {
    String what =
        facts.isLocal()
            ? "the local operator is switched off, and this server has no accounts:"
            : facts.forwarded()
                ? "request was passed on by a proxy, and this server has no accounts:"
                : "request comes from another machine, and this server has no accounts:";
    return new HistorianException(
        ErrorCode.FORBIDDEN,
        what + " operation=" + facts.operation() + ", peer=" + facts.peer().getHostAddress(),
        null,
        facts.isLocal()
            ? "start once with security.localOperator=true and make an account:"
                + " tidemark token create NAME --role admin"
            : "make an account on the server's machine (tidemark token create), or use a tunnel:"
                + " ssh -L 7300:127.0.0.1:7300 <server>",
        null);
  }

  private static boolean isSame(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  private record Basic(String name, String secret) {}

  private static @Nullable Basic basic(String authorization) {
    if (!authorization.regionMatches(true, 0, "Basic ", 0, 6)
        || authorization.length() > CREDENTIALS_CHARS_MAX) {
      return null;
    }
    String text;
    try {
      byte[] bytes = Base64.getDecoder().decode(authorization.substring(6).strip());
      text = new String(bytes, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
    int colon = text.indexOf(':');
    return colon < 0 ? null : new Basic(text.substring(0, colon), text.substring(colon + 1));
  }

  // Authorisation.

  /** Whether a principal has a right, for whichever tags. */
  public boolean may(Principal principal, Right right) {
    if (isServerItself(principal)) {
      return true;
    }
    Account account = valid(principal);
    return account != null && account.rights().contains(right);
  }

  /**
   * Refuses a principal without a right.
   *
   * @throws HistorianException {@link ErrorCode#FORBIDDEN} naming right and roles; {@link
   *     ErrorCode#UNAUTHENTICATED} if the account has gone since it logged in
   */
  public void require(Principal principal, Right right) {
    if (isServerItself(principal)) {
      return;
    }
    Account account = valid(principal);
    if (account == null) {
      throw unauthenticated("account is gone, revoked or expired: name=" + principal.name());
    }
    if (!account.rights().contains(right)) {
      throw new HistorianException(
          ErrorCode.FORBIDDEN,
          "account has no right to that: name="
              + principal.name()
              + ", needed="
              + right.label()
              + ", roles="
              + account.roles(),
          null,
          "ask an administrator for one of the roles " + String.join("|", rolesWith(right)),
          null);
    }
  }

  private static List<String> rolesWith(Right right) {
    return List.of(Role.values()).stream()
        .filter(role -> role.rights().contains(right))
        .map(Role::label)
        .toList();
  }

  /** The scopes for which a principal has a right; one that is everything for the server itself. */
  public List<Scope> scopes(Principal principal, Right right) {
    if (isServerItself(principal)) {
      return List.of(Scope.EVERYTHING);
    }
    Account account = valid(principal);
    return account == null ? List.of() : account.scopes(right);
  }

  /** Whether a principal has a right for every tag there is or will be. */
  public boolean hasForEverything(Principal principal, Right right) {
    return isEverything(scopes(principal, right));
  }

  /** Whether scopes together are every tag for certain. */
  public static boolean isEverything(List<Scope> scopes) {
    return scopes.stream().anyMatch(Scope::isEverything);
  }

  private @Nullable Account valid(Principal principal) {
    Account account = accounts.find(principal.name());
    return account != null && account.isValid(epochNs.getAsLong()) ? account : null;
  }

  private boolean isServerItself(Principal principal) {
    return principal.equals(Principal.SYSTEM)
        || (hasLocalOperator && principal.equals(Principal.LOCAL_OPERATOR));
  }
}
