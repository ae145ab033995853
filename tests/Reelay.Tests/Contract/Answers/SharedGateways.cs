using Reelay.Tests.Support;

namespace Reelay.Tests.Contract.Answers;

/// <summary>One server for all cases of a class: each case looks at tasks of its own only.</summary>
public abstract class SharedGateway(Dictionary<string, string?>? settings) : IAsyncLifetime
{
    private readonly Dictionary<string, Task<string>> _videos = new(StringComparer.Ordinal);

    internal GatewayHost Host { get; private set; } = null!;

    /// <summary>What links of this server begin with.</summary>
    internal string Root => Host.BaseUrl.ToString().TrimEnd('/');

    public async ValueTask InitializeAsync() => Host = await GatewayHost.StartAsync(settings);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Host.DisposeAsync();
    }

    /// <summary>A finished video that nobody changes, ordered when it is first asked for.</summary>
    internal Task<string> FinishedAsync(string body = """{"prompt": "a red boat"}""")
    {
        lock (_videos)
        {
            if (!_videos.TryGetValue(body, out var made)) _videos[body] = made = MakeAsync();
            return made;
        }

        async Task<string> MakeAsync()
        {
            var id = await Host.OrderAsync(body: body);
            await Host.FinishAsync(id);
            return id;
        }
    }
}

/// <summary>A server whose tasks run to their end.</summary>
public sealed class RunningGateway() : SharedGateway(null);

/// <summary>A server whose videos never leave the queue.</summary>
public sealed class WaitingGateway() : SharedGateway(new() { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0" });
