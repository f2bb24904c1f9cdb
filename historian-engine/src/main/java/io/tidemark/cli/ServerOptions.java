package io.tidemark.cli;

import io.tidemark.engine.HistorianConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Options of the commands that start a server, and the codes that they end with. */
@Command(
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stopped on request",
      "1:failed in another way",
      "2:wrong usage, or a setting that cannot be used",
      "3:another server has the data folder",
      "4:the port cannot be opened",
      "5:the folder holds no store that can be opened",
      "6:the folder cannot be read or written",
      "70:the journal failed while the server ran",
      "129, 130, 143:ended by a second signal"
    })
final class ServerOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration file (docs/configuration.md).")
  private @Nullable Path config;

  @Option(names = "--data", paramLabel = "DIR", description = "Data folder; default: data.")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "HTTP port; default 7300, 0 any free one.")
  private @Nullable Integer port;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any other setting, for example --set store.hotBytesMax=512MiB.")
  private Map<String, String> settings = new LinkedHashMap<>();

  ServerOptions() {}

  /** The configuration, with defaults of the command below file and environment. */
  HistorianConfig load(Map<String, String> commandDefaults) {
    return load(commandDefaults, Map.of());
  }

  /** As above, with settings that the command has options for. */
  HistorianConfig load(Map<String, String> commandDefaults, Map<String, String> commandFlags) {
    Map<String, String> flags = new LinkedHashMap<>(settings);
    flags.putAll(commandFlags);
    if (data != null) {
      flags.put("dataDir", data.toString());
    }
    if (port != null) {
      flags.put("http.port", port.toString());
    }
    Map<String, String> variables = new LinkedHashMap<>(System.getenv());
    if (config == null) {
      for (HistorianConfig.Setting setting : HistorianConfig.Setting.values()) {
        String value = commandDefaults.get(setting.key());
        if (value != null && !variables.containsKey(setting.variable())) {
          flags.putIfAbsent(setting.key(), value);
        }
      }
    }
    return HistorianConfig.load(config, variables, flags);
  }
}
