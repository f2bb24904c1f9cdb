package io.tidemark.engine.security.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class LoginTicketsTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 500);
  private final LoginTickets tickets = new LoginTickets(1_000, now::get);

  @Test
  void aTicketEndsWithItsTimeOrItsSecret() {
    String ticket = tickets.create("anna", "hash");
    Function<String, String> hashes = name -> name.equals("anna") ? "hash" : null;
    assertThat(tickets.name(ticket, hashes)).isEqualTo("anna");
    assertThat(tickets.name(ticket, name -> "other")).isNull();
    assertThat(tickets.name(ticket, name -> null)).isNull();
    assertThat(new LoginTickets(1_000, now::get).name(ticket, hashes))
        .as("another process")
        .isNull();
    now.addAndGet(999); // past the end of the clock's numbers
    assertThat(tickets.name(ticket, hashes)).isEqualTo("anna");
    now.addAndGet(1);
    assertThat(tickets.name(ticket, hashes)).isNull();
  }

  @Test
  void nothingOfATicketCanBeChanged() {
    String ticket = tickets.create("anna", "hash");
    byte[] bytes = Base64.getUrlDecoder().decode(ticket.substring(4));
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] changed = bytes.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      String forged =
          LoginTickets.PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(changed);
      assertThat(tickets.name(forged, name -> "hash")).as("bit %s", bit).isNull();
    }
    for (String text : new String[] {"", "tml_", "tml_!", ticket.substring(0, 60), "tmk_x"}) {
      assertThat(tickets.name(text, name -> "hash")).as(text).isNull();
    }
  }
}
