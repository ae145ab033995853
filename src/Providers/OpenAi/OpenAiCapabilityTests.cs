using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.OpenAi;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>What a channel's options say of its models.</summary>
public sealed class OpenAiCapabilityTests
{
    [Fact]
    public void Without_options_a_listed_model_is_as_it_is_listed()
    {
        var provider = new OpenAiProvider();
        var rows = provider.ModelsOf(default, ["sora-2-pro", "sora-2"]);

        Assert.Equal(["sora-2-pro", "sora-2-pro", "sora-2-pro", "sora-2", "sora-2", "sora-2"], rows.Select(row => row.Name));
        var listed = provider.Models.First(model => model.Name == "sora-2");
        Assert.Equal(JsonSerializer.Serialize(listed), JsonSerializer.Serialize(rows[3]));
    }

    [Theory]
    [InlineData("openai", "t2v i2v | edit | extend", true)]
    [InlineData("gateway", "t2v i2v | edit | extend", true)]
    [InlineData("vllm_omni", "t2v i2v", false)]
    [InlineData("sglang", "t2v i2v", false)]
    [InlineData("trtllm", "t2v i2v", false)]
    public void Modes_and_characters_are_those_of_the_profile(string profile, string modes, bool takesCharacters)
    {
        foreach (var name in new[] { "sora-2", "wan2.2" })
        {
            var rows = ModelsOf($$"""{"profile":"{{profile}}"}""", name);
            Assert.Equal(modes, string.Join(" | ", rows.Select(row => string.Join(' ', row.Modes))));
            Assert.All(rows, row => Assert.Equal(name, row.Name));
            Assert.Equal(takesCharacters, rows[0].References.ContainsKey(MediaRole.Character));
            Assert.True(rows[0].References.ContainsKey(MediaRole.FirstFrame));
            Assert.All(rows.Skip(1), row => Assert.Equal([MediaRole.SourceVideo], row.References.Keys));
            Assert.All(rows.Skip(1), row => Assert.Empty(row.Extras));
        }
    }

    [Theory]
    [InlineData("vllm_omni", "guidance_scale", "number", 0, 20)]
    [InlineData("vllm_omni", "num_inference_steps", "integer", 1, 200)]
    [InlineData("sglang", "guidance_scale", "number", null, null)]
    [InlineData("sglang", "output_compression", "integer", 0, 100)]
    [InlineData("sglang", "enable_teacache", "boolean", null, null)]
    [InlineData("trtllm", "seed", "integer", 0, null)]
    [InlineData("gateway", "seed", "integer", null, null)]
    [InlineData("gateway", "camera_control", "object", null, null)]
    public void Extras_have_the_type_and_bounds_of_their_server(string profile, string name, string type, int? min, int? max)
    {
        var extra = Extra($$"""{"profile":"{{profile}}"}""", name);
        Assert.Equal((type, min, max), (extra!.Type, (int?)extra.Min, (int?)extra.Max));
        Assert.Equal(name == "camera_control", extra.IsContent);
    }

    [Fact]
    public void Extras_are_what_the_channel_names_less_what_the_operator_fixed()
    {
        const string options = """{"profile":"vllm_omni","extras":["seed","num_frames","shots:list"],"fixed_fields":{"seed":7}}""";

        Assert.Null(Extra(options, "seed"));
        Assert.Null(Extra(options, "guidance_scale"));
        Assert.Equal(("list", false), (Extra(options, "shots")!.Type, Extra(options, "shots")!.IsContent));
        Assert.True(Extra(options, "num_frames")!.IsContent);
        Assert.Empty(ModelsOf("{}", "sora-2").SelectMany(row => row.Extras));
    }

    [Fact]
    public async Task Every_offered_extra_is_taken_and_every_other_is_refused()
    {
        foreach (var profile in new[] { "openai", "vllm_omni", "sglang", "trtllm", "gateway" })
        {
            var options = $$"""{"profile":"{{profile}}"}""";
            var offered = ModelsOf(options, "wan2.2")[0].Extras.Select(extra => extra.Name).ToList();
            var test = new OpenAiCase();
            test.Upstream.Answer(200, OpenAiCase.Fixture("openai.create.ok.json"));
            var extras = new JsonObject(offered.Select(name => KeyValuePair.Create(name, (JsonNode?)1)));
            await SubmitAsync(test, options, extras);
            Assert.All(offered, name => Assert.Contains(name, test.Upstream.Request.Body, StringComparison.Ordinal));

            extras["num_frames"] = 7200;
            var exception = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(test, options, extras));
            Assert.Equal(ProviderErrorKind.InvalidRequest, exception.Kind);
            Assert.Contains("num_frames", exception.Message, StringComparison.Ordinal);
            Assert.Single(test.Upstream.Requests);
        }
    }

    [Fact]
    public void What_the_options_cannot_say_is_not_offered()
    {
        var bare = ModelsOf("""{"fields":{"seconds":null,"size":null},"reference_field":null,"has_extensions":false}""", "wan2.2");
        Assert.Equal(["t2v", "edit"], bare.Select(row => Assert.Single(row.Modes)));
        Assert.Empty(bare[0].Seconds);
        Assert.Null(bare[0].AnySize);
        Assert.False(bare[0].References.ContainsKey(MediaRole.FirstFrame));

        var sora = ModelsOf("""{"fields":{"size":null}}""", "sora-2");
        Assert.Empty(sora[0].Sizes);
        Assert.Equal([5], ModelsOf("""{"fixed_fields":{"seconds":"5"}}""", "sora-2")[0].Seconds);
        Assert.Equal([6], ModelsOf("""{"fields":{"seconds":"length"},"fixed_fields":{"length":6}}""", "sora-2")[0].Seconds);
    }

    [Fact]
    public void A_model_of_which_nothing_is_published_has_the_bounds_of_its_server()
    {
        var vllm = Assert.Single(ModelsOf("""{"profile":"vllm_omni"}""", "wan2.2"));
        Assert.Equal(("choice", 10, 1, 60), (vllm.Audio, vllm.MaxOutputs, vllm.Seconds[0], vllm.Seconds[^1]));
        Assert.True(vllm.AnySize!.Contains(832, 480));

        var gateway = ModelsOf("""{"profile":"gateway"}""", "kling-v3");
        Assert.Equal(("unknown", 1), (gateway[0].Audio, gateway[0].MaxOutputs));
        Assert.Empty(gateway[1].Seconds);
        Assert.Null(gateway[1].AnySize);
        Assert.Equal([4, 8, 12, 16, 20], gateway[2].Seconds);
    }

    [Theory]
    [InlineData("""{"profile":"sglang","reference_field":"reference_url"}""", true)]
    [InlineData("""{"profile":"trtllm"}""", false)]
    [InlineData("{}", false)]
    public void A_picture_is_link_only_where_bytes_cannot_travel(string options, bool isLinkOnly) =>
        Assert.Equal(isLinkOnly, ModelsOf(options, "wan2.2")[0].References[MediaRole.FirstFrame].IsLinkOnly);

    private static IReadOnlyList<UpstreamModel> ModelsOf(string options, params string[] names)
    {
        var element = JsonElement.Parse(options);
        Assert.Empty(new OpenAiProvider().FindMistakes(element));
        return new OpenAiProvider().ModelsOf(element, names);
    }

    private static ExtraParameter? Extra(string options, string name) =>
        ModelsOf(options, "wan2.2")[0].Extras.SingleOrDefault(extra => extra.Name == name);

    private static Task<Submission> SubmitAsync(OpenAiCase test, string options, JsonObject extras) => test.Provider.SubmitAsync(
        OpenAiCase.Order(test.Account(options), OpenAiCase.BoatClip with { Extras = extras }), TestContext.Current.CancellationToken);
}
