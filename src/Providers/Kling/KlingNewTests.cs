using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Kling;
using Reelay.Simulators;

namespace Reelay.Tests.Providers.Kling;

/// <summary>What the tests of the new generation share.</summary>
public static class KlingNewCase
{
    public const string Options = """{"dialect":"new"}""";

    public static readonly ProviderCredential Key = new ProviderCredential.ApiKey("api-key-kling-0001");

    public static readonly SandboxChannel Sandbox = new("/kling", new ProviderCredential.ApiKey("api-key-kling-sandbox"))
    {
        Suffix = "new", Options = new Dictionary<string, string> { ["dialect"] = "new" },
    };

    /// <summary>Names that the new generation serves, the legacy ones that callers know and its own.</summary>
    public static readonly string[] Names =
    [
        "kling-v2-5-turbo", "kling-v2-6", "kling-v3", "kling-v3-omni", "kling-video-o1",
        "kling-2.5-turbo", "kling-2.6", "kling-3.0", "kling-3.0-turbo", "kling-3.0-omni", "kling-o1",
    ];

    public static readonly ProviderRequest BoatClip = KlingCase.BoatClip with { UpstreamModel = "kling-v3", Audio = false };

    private static readonly byte[] Frame = PngImage.Gradient(640, 360);

    public static IReadOnlyList<UpstreamModel> Rows(params string[] names) =>
        new KlingProvider().ModelsOf(JsonElement.Parse(Options), names);

    public static MediaInput Picture(MediaRole role) => KlingCase.Picture(role, Frame);

    public static JsonNode? Sample(ExtraParameter extra, int? seconds) => extra.Name switch
    {
        "watermark_info" => new JsonObject { ["enabled"] = true },
        "multi_shot" => true,
        "shot_type" => "customize",
        "multi_prompt" => JsonNode.Parse($$"""[{"index":1,"prompt":"one","duration":"1"},{"index":2,"prompt":"two","duration":"{{seconds - 1}}"}]"""),
        "voice_list" => JsonNode.Parse("""[{"voice_id":"a"},{"voice_id":"b"}]"""),
        "element_list" => new JsonArray([.. Enumerable.Range(1, Math.Min(3, (int)extra.Max!)).Select(id => new JsonObject { ["element_id"] = id })]),
        "keep_original_sound" => "yes",
        _ => null,
    };
}

/// <summary>What a channel of either dialect offers.</summary>
public sealed class KlingNewModelTests
{
    [Fact]
    public void The_new_generation_serves_its_own_names_and_those_that_callers_know()
    {
        Assert.Equal(KlingNewCase.Names, KlingNewCase.Rows([.. KlingNewCase.Names, "kling-v1", "kling-v2-1-master"]).Select(row => row.Name).Distinct());
        Assert.Equal(
            KlingNewCase.Rows("kling-3.0").Select(row => row with { Name = "kling-v3" }).Select(Shown), KlingNewCase.Rows("kling-v3").Select(Shown));
    }

    [Fact]
    public void A_legacy_channel_offers_what_it_did_and_new_names_as_the_new_generation_makes_them()
    {
        var kling = new KlingProvider();
        Assert.Equal(kling.Models, kling.ModelsOf(default, [.. kling.Models.Select(row => row.Name).Distinct()]));
        string[] names = ["kling-3.0", "kling-3.0-turbo", "kling-o1", "kling-4.0"];
        Assert.Equal(KlingNewCase.Rows(names).Select(Shown), kling.ModelsOf(default, names).Select(Shown));
        Assert.DoesNotContain(kling.Models, row => names.Contains(row.Name));
    }

    [Theory]
    [InlineData("""{"dialect":"new"}""", "kling-4.0", "kling-3.0")]
    [InlineData("""{"dialect":"new"}""", "kling-4.0-omni", "kling-3.0-omni")]
    [InlineData("""{"dialect":"new"}""", "kling-o2", "kling-3.0-omni")]
    [InlineData("{}", "kling-v4", "kling-v3")]
    [InlineData("{}", "kling-video-o2", "kling-v3-omni")]
    public void A_name_that_nobody_has_listed_is_taken_for_one_of_the_newest(string options, string name, string like)
    {
        var kling = new KlingProvider();
        var rows = kling.ModelsOf(JsonElement.Parse(options), [name]);
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal((name, true), (row.Name, row.Source.Contains(like, StringComparison.Ordinal))));
        Assert.Equal(kling.ModelsOf(JsonElement.Parse(options), [like]).Count, rows.Count);
    }

    [Theory]
    [InlineData("kling-2.6", "t2v", "std", "never")]
    [InlineData("kling-2.6", "t2v", "pro", "choice")]
    [InlineData("kling-2.6", "i2v_first_last", "pro", "never")]
    [InlineData("kling-3.0", "i2v_first_last", "4k", "choice")]
    [InlineData("kling-3.0-turbo", "i2v", "std", "always")]
    [InlineData("kling-3.0-omni", "extend", "pro", "never")]
    [InlineData("kling-o1", "t2v", "pro", "never")]
    public void Sound_depends_on_model_quality_and_mode(string name, string mode, string quality, string audio) =>
        Assert.Equal([audio], KlingNewCase.Rows(name).Where(row => row.Modes.Contains(mode) && row.Qualities.Contains(quality)).Select(row => row.Audio).Distinct());

    [Fact]
    public void Rows_keep_the_rules_of_every_model()
    {
        string[] gone = ["negative_prompt", "cfg_scale", "camera_control", "static_mask", "dynamic_masks"];
        Assert.All(KlingNewCase.Rows(KlingNewCase.Names), row =>
        {
            Assert.True(row.NeedsPrompt);
            Assert.DoesNotContain(row.Extras, extra => gone.Contains(extra.Name));
            Assert.Equal(row.References.ContainsKey(MediaRole.FirstFrame), row.RatioFollowsFirstFrame);
            Assert.Equal(row.Modes.Contains("edit"), row.Seconds.Count == 0);
            Assert.All(row.References.Where(reference => reference.Key == MediaRole.SourceVideo), reference => Assert.True(reference.Value.IsLinkOnly));

            // The page of turbo's pictures says less than that of its texts.
            var isLong = row.Name is "kling-3.0" or "kling-3.0-omni" or "kling-v3" or "kling-v3-omni" || (row.Name == "kling-3.0-turbo" && row.Modes.Contains("t2v"));
            Assert.Equal(isLong ? 3072 : 2500, row.MaxPromptLength);
            Assert.Matches(@"\b20\d\d-\d\d-\d\d\b", row.Source);
        });
        Assert.DoesNotContain(KlingNewCase.Rows("kling-3.0-turbo"), row => row.Modes.Contains("i2v_first_last"));
        Assert.Equal(["pro"], KlingNewCase.Rows("kling-2.5-turbo").Where(row => row.Modes.Contains("i2v_first_last")).SelectMany(row => row.Qualities));
        Assert.Equal([5, 10], KlingNewCase.Rows("kling-o1").First(row => row.Modes.Contains("i2v")).Seconds);
    }

    private static string Shown(UpstreamModel row) => JsonSerializer.Serialize(row);
}
