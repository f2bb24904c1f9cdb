package io.tidemark.forward;

import org.jspecify.annotations.Nullable;

/**
 * How forwarding goes.
 *
 * @param samplesSent samples that the server has acknowledged since the start
 * @param requestsSent requests
 * @param repeats requests that were sent again
 * @param refused samples that the server would not take
 * @param backlogFrames frames that wait behind what is new
 * @param liveLagSeconds age of the oldest new frame that is not acknowledged
 * @param backlogLagSeconds age of the oldest frame of the backlog
 * @param trouble what keeps samples from getting through, or null
 */
public record ForwardStatus(
    long samplesSent,
    long requestsSent,
    long repeats,
    long refused,
    long backlogFrames,
    double liveLagSeconds,
    double backlogLagSeconds,
    @Nullable Trouble trouble) {
  /**
   * Why a lane does not get through.
   *
   * @param lane {@code live} or {@code backlog}
   * @param sinceNs how long
   * @param reason of the last attempt
   */
  public record Trouble(String lane, long sinceNs, String reason) {}
}
