using System.Text;
using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Nodes;

/// <summary>Two whole servers of this process over one real PostgreSQL, with one sandbox behind both.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private bool _isSecondStopped;

    private TwoNodes(GatewayHost first, GatewayHost second) => (First, Second) = (first, second);

    public GatewayHost First { get; }

    public GatewayHost Second { get; }

    /// <summary>Starts both and waits until each has shards.</summary>
    /// <param name="settings">What both have in common.</param>
    /// <param name="another">What only the second one has, which starts later; told the sandbox's port.</param>
    public static async Task<TwoNodes> StartAsync(Dictionary<string, string?>? settings = null, Func<int, (string Name, string Value)>? another = null)
    {
        var connection = PostgresServer.Instance.NewDatabase();
        var shared = new Dictionary<string, string?>(settings ?? [])
        {
            ["ConnectionStrings:Reelay"] = connection, ["REELAY_MASTER_KEY"] = TestStore.MasterKey, ["Reelay:Postgres:MaxConnections"] = "8",
        };
        var first = await GatewayHost.StartAsync(shared);
        shared["Reelay:Sandbox:Port"] = first.Sandbox.BaseUrl.Port.ToString();
        if (another?.Invoke(first.Sandbox.BaseUrl.Port) is { } setting) shared[setting.Name] = setting.Value;
        var nodes = new TwoNodes(first, await GatewayHost.StartAsync(shared));
        foreach (var node in new[] { nodes.First, nodes.Second })
        {
            while ((int)(await node.Client.GetAsync("/readyz", TestContext.Current.CancellationToken)).StatusCode != 200) await GatewayHost.PauseAsync();
        }

        return nodes;
    }

    /// <summary>Orders, as an SDK does at some try.</summary>
    public static async Task<(string Id, bool IsReplayed)> OrderAsync(GatewayHost node, string prompt, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos")
        {
            Content = new StringContent(JsonSerializer.Serialize(new { prompt }), Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode == 200, body);
        return (JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!, response.Headers.Contains("idempotent-replayed"));
    }

    /// <summary>The header of a try with a retry count.</summary>
    public static (string Name, string Value) Try(int count) => ("X-Stainless-Retry-Count", count.ToString());

    /// <summary>Stops the second node; the sandbox is the first one's.</summary>
    public async Task StopSecondAsync()
    {
        if (_isSecondStopped) return;
        _isSecondStopped = true;
        await Second.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopSecondAsync();
        await First.DisposeAsync();
    }
}
