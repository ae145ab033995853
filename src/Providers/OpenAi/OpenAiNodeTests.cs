using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Docs;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>Our adapter over real HTTP against a mock of OpenAI's videos that others wrote.</summary>
public sealed class OpenAiNodeTests
{
    private const string Mock = "npm `@copilotkit/aimock`";

    [Fact]
    [Proves("openai", Mock)]
    public async Task Our_adapter_creates_polls_and_downloads_at_another_teams_mock()
    {
        using var folder = new TemporaryFolder();
        using var mock = await StartMockAsync(folder);
        var test = new OpenAiCase();
        var account = test.Account() with { BaseUrl = new(mock.Url + "/v1"), Http = mock.Http };

        var driven = new List<string>();
        foreach (var model in ProofClaims.UpstreamModels("openai", "t2v"))
        {
            var made = Assert.IsType<PollResult.Succeeded>(await FinishAsync(test, account, "a fox", model));
            var file = Assert.IsType<ProviderOutput.Opened>(Assert.Single(made.Outputs));
            var content = Assert.IsType<OutputContent.Bytes>(await file.OpenAsync(TestContext.Current.CancellationToken));
            using var bytes = new MemoryStream();
            await content.Content.CopyToAsync(bytes, TestContext.Current.CancellationToken);
            Assert.Equal(StandInClipStore.Clip.ToArray(), bytes.ToArray());
            driven.Add(model);
        }

        // Its failed job says nothing of the reason, unlike OpenAI's.
        var failed = Assert.IsType<PollResult.Failed>(await FinishAsync(test, account, "a wolf"));
        Assert.Equal((ProviderErrorKind.GenerationFailed, "the job ended as failed"), (failed.Kind, failed.Message));

        // It has no /content, to which OpenAI's jobs, that have no link, lead.
        var bare = Assert.IsType<PollResult.Succeeded>(await FinishAsync(test, account, "a hermit"));
        var missing = Assert.IsType<ProviderOutput.Opened>(Assert.Single(bare.Outputs));
        Assert.Equal(
            ProviderErrorKind.NotFound,
            (await Assert.ThrowsAsync<ProviderException>(() => missing.OpenAsync(TestContext.Current.CancellationToken))).Kind);
        ProofClaims.Check("openai", Mock, driven);
    }

    [Fact]
    public async Task What_another_teams_mock_refuses_or_spoils_is_free_only_where_it_surely_took_nothing()
    {
        using var folder = new TemporaryFolder();
        using var mock = await StartMockAsync(folder);
        var test = new OpenAiCase();
        var account = test.Account() with { BaseUrl = new(mock.Url + "/v1"), Http = mock.Http };

        foreach (var (prompt, kind) in Ends)
        {
            var thrown = await Assert.ThrowsAsync<ProviderException>(() => FinishAsync(test, account, prompt));
            Assert.Equal((prompt, kind), (prompt, thrown.Kind));
        }

        // The same on polls, of a job that is there: nothing is learned, and nothing is lost.
        var accepted = await SubmitAsync(test, account, "a snail");
        foreach (var chaos in new[] { "malformedRate", "disconnectRate", "dropRate", "rateLimitRate" })
        {
            await SetChaosAsync(HttpMethod.Post, $$"""{"{{chaos}}":1}""");
            var unreadable = false;
            var kind = await Record.ExceptionAsync(async () => unreadable =
                await test.Provider.PollAsync(account, accepted.Reference, TestContext.Current.CancellationToken) is PollResult.Unreadable);
            Assert.True(unreadable || kind is ProviderException { Kind: ProviderErrorKind.Unavailable or ProviderErrorKind.RateLimited }, $"{chaos}: {kind}");
        }

        await SetChaosAsync(HttpMethod.Delete, "{}");
        Assert.IsType<PollResult.Running>(await test.Provider.PollAsync(account, accepted.Reference, TestContext.Current.CancellationToken));
        var unknown = await Assert.ThrowsAsync<ProviderException>(
            () => test.Provider.PollAsync(account, OpenAiCase.Reference("video_nobody"), TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.NotFound, unknown.Kind);

        async Task SetChaosAsync(HttpMethod method, string json)
        {
            using var request = new HttpRequestMessage(method, mock.Url + "/__aimock/chaos") { Content = new StringContent(json) };
            using var answer = await mock.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode);
        }
    }

    /// <summary>What each of the mock's prompts must end as; those that it may have accepted are of unknown outcome.</summary>
    internal static IReadOnlyList<(string Prompt, ProviderErrorKind Kind)> Ends { get; } =
    [
        ("a crab", ProviderErrorKind.InvalidRequest), ("an owl", ProviderErrorKind.RateLimited), ("a viper", ProviderErrorKind.ContentRejected),
        ("a miser", ProviderErrorKind.AccountEmpty), ("a guard", ProviderErrorKind.Unauthorized), ("a bee", ProviderErrorKind.RateLimited),
        ("a stranger to it", ProviderErrorKind.InvalidRequest), ("a mouse", ProviderErrorKind.OutcomeUnknown), ("a mole", ProviderErrorKind.OutcomeUnknown),
        ("a crow", ProviderErrorKind.OutcomeUnknown), ("a stone", ProviderErrorKind.OutcomeUnknown),
    ];

    /// <summary>Starts the mock with a clip and a picture to give away.</summary>
    internal static async Task<NodeMock> StartMockAsync(TemporaryFolder folder)
    {
        await File.WriteAllBytesAsync(folder.File("fox.mp4"), StandInClipStore.Clip, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(folder.File("fox.png"), PngImage.Gradient(64, 64), TestContext.Current.CancellationToken);
        return await NodeScripts.StartMockAsync("aimock-openai", folder.File("fox.mp4"), folder.File("fox.png"));
    }

    private static async Task<Submission.Accepted> SubmitAsync(OpenAiCase test, ProviderAccount account, string prompt, string model = "sora-2") =>
        Assert.IsType<Submission.Accepted>(await test.Provider.SubmitAsync(
            Order(account, prompt, model), TestContext.Current.CancellationToken));

    private static Task<PollResult> FinishAsync(OpenAiCase test, ProviderAccount account, string prompt, string model = "sora-2") =>
        NodeMock.FinishAsync(test.Provider, Order(account, prompt, model));

    private static SubmissionContext Order(ProviderAccount account, string prompt, string model) =>
        OpenAiCase.Order(account, OpenAiCase.BoatClip with { Prompt = prompt, UpstreamModel = model });
}
