using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Simulators;

/// <summary>What the simulated OpenAI allows of characters.</summary>
public sealed class OpenAiCharacterRuleTests
{
    private static readonly byte[] _clip = Clips.Make(3, 720, 1280);
    private readonly SandboxCore _sandbox = SandboxCore.InMemory(World.Options(new ManualTime()));
    private readonly Caller _caller;

    public OpenAiCharacterRuleTests() => _caller = Caller.InProcess(_sandbox);

    [Fact]
    public async Task A_character_can_be_read_and_named_by_its_own_account()
    {
        Answer made = await MakeAsync(_clip, "Mossy");
        Assert.Equal((200, "Mossy"), (made.Status, made.Word("name")));
        Assert.Equal(["id", "name", "created_at"], made.Json.AsObject().Select(field => field.Key));
        Assert.Equal(made.Text, (await _caller.GetAsync($"videos/characters/{made.Word("id")}")).Text);
        Assert.Equal(404, (await _caller.GetAsync("videos/characters/char_unknown")).Status);
        Assert.Equal(404, (await _caller.GetAsync("videos/characters")).Status);
        Assert.Equal(404, (await _caller.DeleteAsync($"videos/characters/{made.Word("id")}")).Status);

        string id = made.Word("id")!;
        Assert.Equal(200, (await _caller.PostFormAsync("videos", ("prompt", "Mossy runs"), ("characters[][id]", id))).Status);
        Assert.Equal(200, (await _caller.PostJsonAsync("videos", $$"""{"prompt":"Mossy runs","characters":[{"id":"{{id}}"}]}""")).Status);
        Assert.Equal(2, _sandbox.Submissions().Count);
        using Caller stranger = Caller.InProcess(_sandbox, key: "sk-wrong");
        Assert.Equal(401, (await stranger.GetAsync($"videos/characters/{id}")).Status);
        Assert.Equal(401, (await stranger.PostFormAsync("videos/characters", ("name", "x"))).Status);
    }

    [Theory]
    [InlineData("""{"prompt":"mossy runs","characters":[{"id":"$"}]}""", "prompt", "character_not_in_prompt")]
    [InlineData("""{"prompt":"Mossy","characters":[{"id":"char_0"}]}""", "characters", "character_not_found")]
    [InlineData("""{"prompt":"Mossy","characters":[{"id":"$"},{"id":"$"},{"id":"$"}]}""", "characters", "array_above_max_length")]
    [InlineData("""{"prompt":"Mossy","characters":[{"id":"$","name":"Mossy"}]}""", "characters", "invalid_value")]
    [InlineData("""{"prompt":"Mossy","characters":["$"]}""", "characters", "invalid_value")]
    [InlineData("""{"prompt":"Mossy","characters":{"id":"$"}}""", "characters", "invalid_type")]
    [InlineData("""{"prompt":"Mossy","characters":null}""", "characters", "invalid_type")]
    public async Task An_order_that_names_characters_wrongly_is_refused(string body, string param, string code)
    {
        string id = (await MakeAsync(_clip, "Mossy")).Word("id")!;
        AssertRefused(await _caller.PostJsonAsync("videos", body.Replace("$", id, StringComparison.Ordinal)), param, code);
    }

    [Theory]
    [InlineData(1.9, 1280, 720)]
    [InlineData(4.1, 1280, 720)]
    [InlineData(3, 1024, 768)]
    [InlineData(3, 854, 480)]
    [InlineData(3, 3840, 2160)]
    public async Task A_clip_outside_the_documented_bounds_is_refused(double seconds, int width, int height) =>
        AssertRefused(await MakeAsync(Clips.Make(seconds, width, height), "Mossy"), "video", "invalid_video");

    [Theory]
    [InlineData(2, 1280, 720)]
    [InlineData(4.04, 1080, 1920)]
    public async Task A_clip_at_the_documented_bounds_is_taken(double seconds, int width, int height) =>
        Assert.Equal(200, (await MakeAsync(Clips.Make(seconds, width, height), new string('x', 80))).Status);

    [Fact]
    public async Task A_form_that_breaks_a_rule_is_refused_by_name()
    {
        AssertRefused(await MakeAsync(_clip, ""), "name", "string_below_min_length");
        AssertRefused(await MakeAsync(_clip, new string('x', 81)), "name", "string_above_max_length");
        AssertRefused(await MakeAsync(_clip, null), "name", "missing_required_parameter");
        AssertRefused(await MakeAsync(null, "Mossy"), "video", "missing_required_parameter");
        AssertRefused(await MakeAsync(_clip, "Mossy", ("model", "sora-2")), "model", "unknown_parameter");
        AssertRefused(await _caller.PostFormAsync("videos/characters", ("name", "x"), ("video", "y")), "video", "invalid_type");
        AssertRefused(await _caller.PostJsonAsync("videos/characters", """{"name":"x"}"""), null, "unsupported_content_type");
        Assert.Empty(_sandbox.Submissions());
    }

    [Fact]
    public async Task Rules_meet_uploads_without_touching_orders()
    {
        _sandbox.Faults.Add("openai", SimulatedCall.Upload, "http:500", 1);
        await _caller.CreateAsync("a fox");
        Assert.Equal(500, (await MakeAsync(_clip, "Mossy")).Status);
        Assert.Equal(200, (await MakeAsync(_clip, "Mossy")).Status);
    }

    [Fact]
    public async Task A_character_survives_a_restart_and_no_reset()
    {
        using var folder = new TemporaryFolder();
        SandboxOptions options = World.Options(new ManualTime());
        options.DataFolder = folder.Path;
        string id;
        await using (SandboxHost first = await SandboxHost.StartAsync(options))
        {
            using Caller caller = Caller.To(first);
            id = (await MakeAsync(_clip, "Mossy", caller)).Word("id")!;
        }

        await using SandboxHost second = await SandboxHost.StartAsync(options);
        using Caller again = Caller.To(second);
        Assert.Equal("Mossy", (await again.GetAsync($"videos/characters/{id}")).Word("name"));
        second.Core.Reset();
        Assert.Equal(404, (await again.GetAsync($"videos/characters/{id}")).Status);
    }

    private Task<Answer> MakeAsync(byte[]? file, string? name, params (string Name, string Value)[] fields) =>
        MakeAsync(file, name, _caller, fields);

    private static async Task<Answer> MakeAsync(byte[]? file, string? name, Caller caller, params (string Name, string Value)[] fields)
    {
        using MultipartFormDataContent form = [];
        if (file is not null)
            form.Add(new ByteArrayContent(file), "video", "clip.mp4");
        if (name is not null)
            form.Add(new StringContent(name), "name");
        foreach ((string field, string value) in fields)
            form.Add(new StringContent(value), field);
        return await caller.SendAsync(HttpMethod.Post, "videos/characters", form);
    }

    private static void AssertRefused(Answer answer, string? param, string code)
    {
        Assert.Equal(400, answer.Status);
        Assert.Equal((param, code), ((string?)answer.Error["param"], (string?)answer.Error["code"]));
    }
}
