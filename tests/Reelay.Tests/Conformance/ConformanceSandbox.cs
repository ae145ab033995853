using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Server.Routing;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Conformance;

/// <summary>An adapter in front of its own simulator, in process, by a clock turned by hand.</summary>
internal sealed class ConformanceSandbox
{
    private readonly ProviderConformance _suite;
    private readonly SandboxChannel _channel;
    private int _count;

    public ConformanceSandbox(ProviderConformance suite, SandboxChannel? channel = null, CallbackSigning? signing = null)
    {
        (_suite, _channel) = (suite, channel ?? suite.Sandbox);
        var options = World.Options(Time);
        if (signing is not null) options.CallbackSecrets[_channel.Simulator] = signing.Secret;
        Core = SandboxCore.InMemory(options);
        Account = new()
        {
            ChannelId = "channel-1",
            BaseUrl = new("http://sandbox" + _channel.Path),
            Credential = _channel.Credential,
            Options = signing is not null ? JsonElement.Parse(signing.Options) : Options(_channel),
            Http = new HttpMessageInvoker(new SimulatorHandler(Core)),
            Time = Time,
        };
    }

    public ManualTime Time { get; } = new();

    public SandboxCore Core { get; }

    public ProviderAccount Account { get; init; }

    public HttpMessageInvoker Http => new(new SimulatorHandler(Core));

    /// <summary>Id of the simulator.</summary>
    public string Id => _channel.Simulator;

    /// <summary>The token of the newest submission.</summary>
    public string AttemptToken => $"att_{_count}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Submits an order, by default the simplest, with words for the sandbox in its prompt.</summary>
    public async Task<Submission> SubmitAsync(ConformanceOrder? order = null, string words = "", Uri? callbackUrl = null)
    {
        order ??= ConformanceOrders.First(_suite);
        var request = order.Request with { Prompt = $"{order.Request.Prompt} {words}".Trim() };
        if (order.NeedsSource) request = request with { Source = await SourceAsync(order.Request.UpstreamModel) };
        _count++;
        var submission = await _suite.Provider.SubmitAsync(
            new()
            {
                Account = Account, Request = request, AttemptToken = AttemptToken, Media = order.Media, CallbackUrl = callbackUrl,
                Deadline = Time.GetUtcNow().AddMinutes(1),
            },
            Token);
        if (submission is Submission.Finished finished) Assert.NotEmpty(await ConformanceOutputs.ReadAllAsync(finished, Token));
        return submission;
    }

    /// <summary>Submits to an upstream that has to accept and work.</summary>
    public async Task<Submission.Accepted> AcceptAsync(ConformanceOrder? order = null, string words = "", Uri? callbackUrl = null) =>
        Assert.IsType<Submission.Accepted>(await SubmitAsync(order, words, callbackUrl));

    public async Task<PollOutcome> PollAsync(JsonElement reference)
    {
        try
        {
            return new(await _suite.Provider.PollAsync(Account, reference, Token), null);
        }
        catch (ProviderException exception)
        {
            return new(null, exception);
        }
    }

    /// <summary>Lets the work be done and reads the result.</summary>
    public async Task<PollResult> FinishAsync(Submission.Accepted accepted)
    {
        Time.Advance(Core.Speed.DurationSeconds + 1);
        var outcome = await PollAsync(accepted.Reference);
        Assert.Null(outcome.Error);
        return outcome.Result!;
    }

    // An earlier result of the same account, of the same model where it makes one from text.
    private async Task<SourceReference> SourceAsync(string model)
    {
        var first = ConformanceOrders.All(_suite).Select(pair => pair.Order)
            .Where(order => !order.NeedsSource).OrderBy(order => order.Request.UpstreamModel == model ? 0 : 1).ThenBy(order => order.Media.Count).First();
        var accepted = await AcceptAsync(first);
        var done = Assert.IsType<PollResult.Succeeded>(await FinishAsync(accepted));
        Assert.True(done.OutputReference.HasValue, "a model needs the id of an earlier result, but results have none");
        return new(accepted.UpstreamId, done.OutputReference.Value);
    }

    private static JsonElement Options(SandboxChannel channel) => channel.Options.Count == 0 ? default : JsonElement.Parse(
        new JsonObject(channel.Options.Select(pair => KeyValuePair.Create(pair.Key, ChannelBuilder.AsJson(pair.Value)))).ToJsonString());
}
