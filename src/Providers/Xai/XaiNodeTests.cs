using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Docs;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Xai;

/// <summary>Packages that others wrote, over real HTTP: the AI SDK finds in the sandbox what it finds at xAI, and our adapter reads another team's mock.</summary>
public sealed class XaiNodeTests
{
    private const string AiSdk = "npm `@ai-sdk/xai`";
    private const string Mock = "npm `@copilotkit/aimock`";

    [Fact]
    [Proves("xai", AiSdk)]
    public async Task The_ai_sdk_generates_edits_extends_and_reads_every_end()
    {
        await using var sandbox = await NodeSandbox.StartAsync();
        var clip = sandbox.PathOf("clip.mp4");
        await File.WriteAllBytesAsync(clip, StandInClipStore.Clip, TestContext.Current.CancellationToken);

        var result = await NodeScripts.RunAsync(
            new Dictionary<string, string>
            {
                ["XAI_ROOT"] = sandbox.Url("xai"), ["XAI_KEY"] = "xai-sandbox-key", ["REELAY_ORDERS"] = ProofClaims.Orders("xai"),
            },
            "xai", sandbox.Picture, clip, ProofClaims.Prompt(AiSdk));

        (string Name, int Seconds, long Ticks)[] made =
        [
            ("text", 2, 1_400_000_000), ("frame", 3, 7_600_000_000), ("references", 10, 5_040_000_000), ("edit", 2, 1_600_000_000), ("extend", 5, 2_100_000_000),
        ];
        foreach (var (name, seconds, ticks) in made)
        {
            var video = result.GetProperty(name);
            Assert.Equal(
                (name, StandInClipStore.Clip.Length, seconds, ticks),
                (name, video.GetProperty("bytes").GetInt32(), video.GetProperty("duration").GetInt32(), video.GetProperty("costInUsdTicks").GetInt64()));
            Assert.Empty(video.GetProperty("warnings").EnumerateArray());
        }

        var size = PngImage.Gradient(1280, 720).Length;
        Assert.Equal([size, size], result.GetProperty("images").EnumerateArray().Select(item => item.GetInt32()));
        Assert.Equal(1, result.GetProperty("edited").GetArrayLength());
        foreach (var (name, says, status) in new[]
        {
            ("moderated", "rejected by content moderation", 400), ("withheld", "content policy", 0), ("failed", "failed", 0), ("expired", "expired", 0),
            ("large", "1080p is not supported", 400), ("key", "Incorrect API key provided", 400),
        })
        {
            var failure = result.GetProperty(name);
            Assert.Contains(says, failure.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(status, failure.TryGetProperty("status", out var told) ? told.GetInt32() : 0);
        }

        Assert.Equal(2 + 5 + 4, sandbox.Host.Submissions.Count(report => report.Row.Accepted && report.Row.Prompt != ProofClaims.Prompt(AiSdk)));
        ProofClaims.Check(sandbox.Host, "xai", AiSdk, result.GetProperty("swept"));
    }

    [Fact]
    [Proves("xai", Mock)]
    public async Task Our_adapter_reads_what_another_teams_mock_of_grok_answers()
    {
        using var mock = await NodeScripts.StartMockAsync("aimock-grok", "https://cdn.example/fox.mp4");
        var account = new XaiCase().Account() with { BaseUrl = new(mock.Url.TrimEnd('/') + "/v1"), Http = mock.Http };

        var (videos, pictures) = (ProofClaims.UpstreamModels("xai", "t2v"), ProofClaims.UpstreamModels("xai", "t2i"));
        foreach (var model in videos)
        {
            var done = Assert.IsType<PollResult.Succeeded>(await FinishAsync(account, "a fox", model));
            Assert.Equal("https://cdn.example/fox.mp4", Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(done.Outputs)).Url.Value.AbsoluteUri);
            Assert.Equal(8, done.Usage!.Seconds);
        }

        foreach (var model in pictures)
        {
            var order = XaiCase.Picture with { Prompt = "a fox", UpstreamModel = model };
            var finished = Assert.IsType<Submission.Finished>(await SubmitAsync(account, order));
            var output = Assert.Single(await finished.Outputs.ToListAsync(TestContext.Current.CancellationToken));
            Assert.Equal("https://cdn.example/fox.png", Assert.IsType<ProviderOutput.AtUrl>(output).Url.Value.AbsoluteUri);
        }

        var failed = Assert.IsType<PollResult.Failed>(await FinishAsync(account, "a wolf"));
        Assert.Equal((ProviderErrorKind.GenerationFailed, FailureCharge.None), (failed.Kind, failed.Charge));
        Assert.Contains("no wolves today", failed.Message, StringComparison.Ordinal);
        Assert.Equal(ProviderErrorKind.RateLimited, (await Assert.ThrowsAsync<ProviderException>(() => FinishAsync(account, "an owl"))).Kind);
        Assert.Equal(ProviderErrorKind.InvalidRequest, (await Assert.ThrowsAsync<ProviderException>(() => FinishAsync(account, "a bear"))).Kind);
        ProofClaims.Check("xai", Mock, videos.Concat(pictures));
    }

    private static Task<Submission> SubmitAsync(ProviderAccount account, ProviderRequest request) =>
        new XaiCase().Provider.SubmitAsync(Order(account, request), TestContext.Current.CancellationToken);

    private static Task<PollResult> FinishAsync(ProviderAccount account, string prompt, string model = "grok-imagine-video") =>
        NodeMock.FinishAsync(new XaiCase().Provider, Order(account, XaiCase.Boat with { Prompt = prompt, UpstreamModel = model }));

    private static SubmissionContext Order(ProviderAccount account, ProviderRequest request) =>
        new() { Account = account, Request = request, AttemptToken = "att_7", Deadline = DateTimeOffset.MaxValue };
}
