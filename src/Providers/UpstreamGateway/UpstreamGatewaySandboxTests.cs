using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.UpstreamGateway;
using Reelay.Simulators;
using Reelay.Tests.Conformance;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.UpstreamGateway;

/// <summary>The provider against each simulated gateway, in process: each side holds the other to the facts.</summary>
public sealed class UpstreamGatewaySandboxTests
{
    private readonly UpstreamGatewayProvider _provider = new();
    private readonly ManualTime _time = new();
    private readonly SandboxCore _sandbox;

    public UpstreamGatewaySandboxTests() => _sandbox = SandboxCore.InMemory(World.Options(_time));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, "t2v")]
    [InlineData(0, "i2v")]
    [InlineData(0, "i2v_first_last")]
    [InlineData(0, "multi_i2v")]
    [InlineData(0, "edit")]
    [InlineData(0, "extend")]
    [InlineData(1, "t2v")]
    [InlineData(1, "i2v")]
    [InlineData(2, "t2v")]
    [InlineData(2, "i2v")]
    [InlineData(2, "i2v_first_last")]
    [InlineData(2, "multi_i2v")]
    [InlineData(2, "edit")]
    public async Task Every_kind_takes_every_mode_it_is_said_to_have_and_delivers(int channel, string mode)
    {
        var account = Account(channel);
        var row = _provider.ModelsOf(account.Options, ["gateway-example"]).First(row => row.Modes.Contains(mode));
        var request = new ProviderRequest
        {
            UpstreamModel = "gateway-example", Mode = mode, Prompt = "A paper boat",
            Seconds = row.Seconds.Count > 0 ? 4 : null,
            WidthPixels = row.Sizes.Count > 0 ? 1280 : null, HeightPixels = row.Sizes.Count > 0 ? 720 : null,
            Tier = row.Sizes.Count > 0 ? "720p" : null,
        };
        MediaRole[] roles = mode switch
        {
            "i2v" => [MediaRole.FirstFrame],
            "i2v_first_last" => [MediaRole.FirstFrame, MediaRole.LastFrame],
            "multi_i2v" => [MediaRole.ReferenceImage, MediaRole.ReferenceImage],
            "edit" or "extend" => [MediaRole.SourceVideo],
            _ => [],
        };
        var media = roles.Select(role => ConformanceMedia.Of(role, row.References[role], request) with { PublicUrl = new("https://reelay.example/v1/inputs/1") });

        var accepted = await SubmitAsync(account, request, [.. media]);

        Assert.IsType<PollResult.Running>(await _provider.PollAsync(account, accepted.Reference, Token));
        _time.Advance(_sandbox.Speed.DurationSeconds + 1);
        var done = Assert.IsType<PollResult.Succeeded>(await _provider.PollAsync(account, accepted.Reference, Token));
        Assert.True(await ConformanceOutputs.LengthAsync(Assert.Single(done.Outputs), new(new SimulatorHandler(_sandbox)), Token) > 0);
        Assert.Equal(channel == 0, done.OutputReference.HasValue);

        // What was made by this account is gone on from by its id.
        if (channel != 0 || mode is not ("edit" or "extend")) return;
        var again = await SubmitAsync(account, request with { Source = new(accepted.UpstreamId, done.OutputReference!.Value) });
        Assert.NotEqual(accepted.UpstreamId, again.UpstreamId);
    }

    [Fact]
    public async Task An_order_that_is_sent_again_is_one_order()
    {
        var account = Account(0) with { Options = JsonElement.Parse(UpstreamGatewayCase.Reelay) };
        _sandbox.Faults.Add("gateway-reelay", SimulatedCall.Create, "drop:after-accept", count: 1);

        var accepted = await SubmitAsync(account, UpstreamGatewayCase.Boat with { UpstreamModel = "gateway-example" });

        var submission = Assert.Single(_sandbox.Submissions()).Row;
        Assert.Equal((accepted.UpstreamId, "att_7"), (submission.UpstreamId, submission.ClientReference));
    }

    private async Task<Submission.Accepted> SubmitAsync(ProviderAccount account, ProviderRequest request, params MediaInput[] media) =>
        Assert.IsType<Submission.Accepted>(await _provider.SubmitAsync(
            new()
            {
                Account = account, Request = request, AttemptToken = request.Source is null ? "att_7" : "att_8", Media = media,
                Deadline = _time.GetUtcNow().AddMinutes(1),
            },
            Token));

    private ProviderAccount Account(int index)
    {
        var channel = _provider.SandboxChannels[index];
        return new()
        {
            ChannelId = "channel-1",
            BaseUrl = new("http://sandbox" + channel.Path),
            Credential = channel.Credential,
            Options = JsonElement.Parse(new JsonObject(channel.Options.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))).ToJsonString()),
            Http = new HttpMessageInvoker(new SimulatorHandler(_sandbox)),
            Time = _time,
        };
    }
}
