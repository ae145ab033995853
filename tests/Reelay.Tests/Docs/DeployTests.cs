using Reelay.Server.Api;
using Reelay.Server.Assets.Bucket;
using Reelay.Server.Engine;
using Reelay.Server.Secrets;
using Reelay.Server.Storage;
using Reelay.Tests.Support;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Reelay.Tests.Docs;

/// <summary>The files of <c>deploy/</c> cannot be run here; what they say of Reelay is true all the same.</summary>
public sealed class DeployTests
{
    private static readonly Dictionary<string, Type> Sections = new()
    {
        [BucketSettings.Section.Replace(":", "__", StringComparison.Ordinal)] = typeof(BucketSettings),
        ["Reelay__Postgres"] = typeof(PostgresOptions),
        ["Reelay__Cluster"] = typeof(ClusterOptions),
        ["Reelay__Engine"] = typeof(EngineOptions),
        ["Reelay"] = typeof(ServerOptions),
    };

    // Read by themselves, each in one place.
    private static readonly string[] Others =
    [
        MasterKey.Setting, StorageServices.Setting.Replace(":", "__", StringComparison.Ordinal), "Reelay__TrustedProxies",
    ];

    [Fact]
    public void The_compose_file_can_be_read_and_names_settings_that_exist()
    {
        var services = Services();
        Assert.Equal(["balancer", "bucket", "make-bucket", "node1", "node2", "node3", "postgres"], services.Keys.Order());
        foreach (var name in new[] { "node1", "node2", "node3" })
        {
            var node = (Dictionary<object, object>)services[name];
            var settings = ((Dictionary<object, object>)node["environment"]).ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value);
            Assert.Equal([], [.. settings.Keys.Where(setting => !Exists(setting))]);
            Assert.Contains("Username=", settings["ConnectionStrings__Reelay"]);
            Assert.Contains(MasterKey.Setting, settings.Keys);
            Assert.Contains("Reelay__Assets__S3__Bucket", settings.Keys);

            // As long as a drain takes, and the time that the host has beside it.
            Assert.Equal($"{(int)new EngineOptions().DrainSeconds + 15}s", node["stop_grace_period"]);
            Assert.Equal(((int)new EngineOptions().DrainSeconds).ToString(), settings["Reelay__Engine__DrainSeconds"]);
            Assert.Equal("deploy/Dockerfile", ((Dictionary<object, object>)node["build"])["dockerfile"]);
        }

        Assert.False(Exists("Reelay__Cluster__LeaseSecond"));
    }

    [Fact]
    public void The_balancer_asks_each_node_whether_it_is_ready()
    {
        var text = Read("deploy/haproxy.cfg");
        Assert.Contains("option httpchk GET /readyz", text);
        foreach (var name in Services().Keys.Where(name => name.StartsWith("node", StringComparison.Ordinal))) Assert.Contains($"server {name} {name}:8080", text);

        // Anything else could send an order twice.
        Assert.Equal(["conn-failure"], text.Split('\n').Where(line => line.TrimStart().StartsWith("retry-on", StringComparison.Ordinal)).Select(line => line.Trim()["retry-on ".Length..]));
    }

    [Fact]
    public void The_page_about_several_nodes_names_settings_and_tests_that_exist()
    {
        var page = Read("docs/scaling.md");
        var named = System.Text.RegularExpressions.Regex.Matches(page, @"\bReelay__\w+").Select(match => match.Value.TrimEnd('_')).Distinct().ToList();
        Assert.NotEmpty(named);
        Assert.Equal([], [.. named.Where(setting => !Exists(setting) && !Sections.ContainsKey(setting))]);
        Assert.Contains($"TimeoutStopSec={(int)new EngineOptions().DrainSeconds + 15}", page);
        Assert.Contains($"terminationGracePeriodSeconds: {(int)new EngineOptions().DrainSeconds + 15}", page);
        foreach (var file in new[] { "deploy/compose.yaml", "deploy/haproxy.cfg", "deploy/Dockerfile" })
        {
            Assert.Contains(file, page);
            Assert.True(File.Exists(Path.Combine(Repository.Root, file)));
        }
    }

    private static Dictionary<string, object> Services()
    {
        using var reader = new StringReader(Read("deploy/compose.yaml"));
        var root = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(new MergingParser(new Parser(reader)));
        return ((Dictionary<object, object>)root["services"]).ToDictionary(pair => (string)pair.Key, pair => pair.Value);
    }

    private static bool Exists(string setting)
    {
        if (Others.Contains(setting)) return true;
        if (Sections.Keys.Where(key => setting.StartsWith(key + "__", StringComparison.Ordinal)).MaxBy(key => key.Length) is not { } section) return false;
        var type = Sections[section];
        foreach (var name in setting[(section.Length + 2)..].Split("__"))
        {
            if (type.GetProperty(name) is not { } property) return false;
            type = property.PropertyType;
        }

        return true;
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));
}
