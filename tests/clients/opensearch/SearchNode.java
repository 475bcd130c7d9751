import java.util.List;
import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.ingest.common.IngestCommonPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.script.mustache.MustachePlugin;
import org.opensearch.transport.Netty4Plugin;

/** One node of OpenSearch, from its jars: its folder and its port are given. It ends with its standard input. */
public class SearchNode extends Node {
    SearchNode(Settings settings) {
        super(
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "node"),
            List.of(Netty4Plugin.class, ReindexPlugin.class, IngestCommonPlugin.class, MustachePlugin.class),
            false);
    }

    public static void main(String[] given) throws Exception {
        Settings settings = Settings.builder()
            .put("path.home", given[0])
            .put("http.port", given[1])
            .put("transport.port", "0")
            .put("http.type", "netty4")
            .put("transport.type", "netty4")
            .put("discovery.type", "single-node")
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
        Node node = new SearchNode(settings);
        node.start();
        while (System.in.read() >= 0) {
            // Nobody says anything; the end of it is what counts.
        }
        node.close();
        System.exit(0);
    }
}
