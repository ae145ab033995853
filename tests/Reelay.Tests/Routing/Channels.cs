using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Routing;
using Reelay.Tests.Engine;
using Reelay.Tests.Support;

namespace Reelay.Tests.Routing;

/// <summary>Channels and waiting tasks for tests of routing; nothing is called.</summary>
internal static class Channels
{
    public static readonly ScriptedUpstream One = new() { Id = "one" };
    public static readonly ScriptedUpstream Two = new() { Id = "two" };

    public static ProviderChannel Of(string id, ScriptedUpstream upstream, string models, Action<ChannelConfig>? write = null)
    {
        var config = EngineWorld.Quick();
        write?.Invoke(config);
        return new()
        {
            Id = id,
            Config = config,
            Provider = upstream,
            ModelKey = upstream.Id,
            VendorAccount = "account-" + id,
            UpstreamModels = models.Split(' ').ToHashSet(),
            Account = new ProviderAccount
            {
                ChannelId = id,
                BaseUrl = new Uri("http://upstream.test"),
                Credential = new ProviderCredential.None(),
                Http = new HttpMessageInvoker(new RecordingUpstream()),
                Time = TimeProvider.System,
            },
        };
    }

    public static GenerationOrder Order(params string[] upstreamModels) => Rows.Order() with { UpstreamModels = upstreamModels };

    public static LiveTask Live(GenerationOrder? order = null, string account = Rows.Account) =>
        new(Rows.Task(account: account) with { Order = order ?? Rows.Order() }, null);

    /// <summary>Puts a new task into a channel's line.</summary>
    public static LiveTask Wait(ProviderChannel channel, GenerationOrder? order = null, string account = Rows.Account, string model = "x")
    {
        var live = Live(order, account);
        channel.State.Enqueue(channel.Config, model, live);
        return live;
    }

    public static void Fill(ProviderChannel channel, int count, string model = "x")
    {
        for (var i = 0; i < count; i++) channel.State.TakeAnyway(model);
    }
}
