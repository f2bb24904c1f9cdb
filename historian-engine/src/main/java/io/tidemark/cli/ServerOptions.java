package io.tidemark.cli;

import io.tidemark.engine.HistorianConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that start a server. */
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
    Map<String, String> flags = new LinkedHashMap<>(settings);
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
