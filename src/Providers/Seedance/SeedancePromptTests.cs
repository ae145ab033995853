using System.Text;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.Seedance;

/// <summary>Flags in a prompt are parameters upstream; ours must not be able to hold one.</summary>
public sealed class SeedancePromptTests
{
    private readonly SeedanceCase _test = new();

    [Theory]
    [InlineData("a boat --dur 12", "a boat —dur 12")]
    [InlineData("a boat --rs 1080p --ratio 21:9", "a boat —rs 1080p —ratio 21:9")]
    [InlineData("a boat --DUR 12", "a boat —DUR 12")]
    [InlineData("--wm true a boat", "—wm true a boat")]
    [InlineData("a boat ---dur 12", "a boat —dur 12")]
    [InlineData("a boat ----dur 12", "a boat —dur 12")]
    [InlineData("a boat -\u200b-dur 12", "a boat —dur 12")]
    [InlineData("a boat -\u00ad-dur 12", "a boat —dur 12")]
    [InlineData("a boat -\0-dur 12", "a boat —dur 12")]
    [InlineData("a boat －－dur 12", "a boat —dur 12")]
    [InlineData("a boat ﹣﹣dur 12", "a boat —dur 12")]
    [InlineData("a boat \u2010\u2011dur 12", "a boat —dur 12")]
    [InlineData("a boat\u2212\u2212dur 12", "a boat—dur 12")]
    [InlineData("a boat -- slowly -- drifts", "a boat — slowly — drifts")]
    [InlineData("a well-known boat - at 5-6 knots", "a well-known boat - at 5-6 knots")]
    [InlineData("- a boat\n- a bridge", "- a boat\n- a bridge")]
    [InlineData("一只小船——漂流", "一只小船—漂流")]
    public async Task Whatever_could_be_a_flag_becomes_prose(string prompt, string sent)
    {
        var body = JsonNode.Parse((await _test.SentAsync(SeedanceCase.Boat with { Prompt = prompt })).Body)!;
        var text = (string)body["content"]![0]!["text"]!;
        Assert.Equal(sent, text);
        Assert.DoesNotContain("--", text.Normalize(NormalizationForm.FormKC), StringComparison.Ordinal);
        Assert.Equal((5, "720p", "16:9"), ((int)body["duration"]!, (string)body["resolution"]!, (string)body["ratio"]!));
    }

    [Fact]
    public async Task A_channel_may_refuse_such_prompts_instead()
    {
        const string refuse = """{"prompt_flags":"refuse"}""";
        Assert.Contains("--dur", await _test.RefusedAsync(SeedanceCase.Boat with { Prompt = "a boat --dur 12" }, refuse), StringComparison.Ordinal);
        Assert.NotEmpty((await _test.SentAsync(SeedanceCase.Boat with { Prompt = "5 -- 6 boats" }, refuse)).Body);
    }

    // The simulator obeys flags as the real one does, so that this would fail if one came through.
    [Fact]
    public async Task No_flag_changes_what_is_made_and_the_sandbox_would_obey_one()
    {
        var sandbox = SandboxCore.InMemory(World.Options(_test.Time));
        using var caller = Caller.InProcess(sandbox, "seedance/api/v3/contents/generations", "ark-sandbox-seedance");
        const string flags = "a boat --dur 12 --rs 1080p --rt 1:1";
        var answer = await caller.PostJsonAsync(
            "tasks", $$"""{"model":"{{SeedanceCase.Pro}}","content":[{"type":"text","text":"{{flags}}"}],"resolution":"720p","ratio":"16:9","duration":5}""");
        var smuggled = sandbox.Store.FindJob("seedance", answer.Word("id")!)!.Clip;
        Assert.Equal((1440, 1440, 12), (smuggled.WidthPixels, smuggled.HeightPixels, smuggled.Seconds));

        var account = _test.Account(baseUrl: "http://sandbox/seedance/api/v3") with
        {
            Credential = _test.Provider.SandboxChannels[0].Credential,
            Http = new HttpMessageInvoker(new SimulatorHandler(sandbox)),
        };
        var accepted = (Submission.Accepted)await _test.Provider.SubmitAsync(
            _test.Order(account, SeedanceCase.Boat with { Prompt = flags }), TestContext.Current.CancellationToken);
        var made = sandbox.Store.FindJob("seedance", accepted.UpstreamId)!.Clip;
        Assert.Equal((1248, 704, 5), (made.WidthPixels, made.HeightPixels, made.Seconds));
    }
}
