using System.Text.Json;
using Reelay.Providers;
using Reelay.Providers.OpenAiImages;

namespace Reelay.Tests.Providers.OpenAiImages;

/// <summary>What a channel's options say of its models.</summary>
public sealed class OpenAiImagesCapabilityTests
{
    private readonly OpenAiImagesProvider _provider = new();

    [Fact]
    public void Without_options_every_listed_model_is_as_it_is_listed()
    {
        var names = _provider.Models.Select(model => model.Name).Distinct().ToList();
        Assert.Equal(JsonSerializer.Serialize(_provider.Models), JsonSerializer.Serialize(_provider.ModelsOf(default, names)));
    }

    [Fact]
    public void A_model_that_is_not_listed_makes_and_edits_pictures_of_any_sane_size()
    {
        var rows = ModelsOf("""{"profile":"compatible"}""", "flux-dev");
        Assert.Equal(["t2i", "edit"], rows.Select(row => Assert.Single(row.Modes)));
        Assert.All(rows, row => Assert.Equal(("never", 10, 0), (row.Audio, row.MaxOutputs, row.Sizes.Count + row.Seconds.Count + row.Qualities.Count)));
        Assert.All(rows, row => Assert.True(row.AnySize!.Contains(1024, 1024) && row.AnySize.Contains(1000, 600)));
        Assert.All(rows, row => Assert.False(row.AnySize!.Contains(1001, 600) || row.AnySize.Contains(32, 32) || row.AnySize.Contains(8192, 1024)));
        Assert.All(rows, row => Assert.Equal(
            ["negative_prompt", "num_inference_steps", "guidance_scale", "true_cfg_scale", "seed"], row.Extras.Select(extra => extra.Name)));
        Assert.Empty(rows[0].References);
        Assert.Equal((16, 1), (rows[1].References[MediaRole.ReferenceImage].MaxCount, rows[1].References[MediaRole.Mask].MaxCount));
    }

    [Fact]
    public void A_server_without_masks_takes_none()
    {
        Assert.Equal([MediaRole.ReferenceImage], ModelsOf("""{"profile":"compatible","mask_field":null}""", "flux-dev")[1].References.Keys);
        Assert.Equal([MediaRole.ReferenceImage], ModelsOf("""{"mask_field":null}""", "gpt-image-2")[1].References.Keys);
    }

    [Fact]
    public void A_listed_model_takes_what_the_channel_names_of_its_own_and_what_the_operator_adds()
    {
        Assert.Equal(["background", "steps"], Extras("""{"extras":["background","input_fidelity","steps:integer"]}""", "gpt-image-2"));
        Assert.Equal(["background", "input_fidelity", "steps"], Extras("""{"extras":["background","input_fidelity","steps:integer"]}""", "gpt-image-1.5"));
        Assert.Equal(["seed"], Extras("""{"extras":["background","seed"],"fixed_fields":{"background":"opaque"}}""", "gpt-image-2"));
        Assert.Equal("integer", ModelsOf("""{"extras":["steps:integer"]}""", "gpt-image-2")[0].Extras.Single().Type);
    }

    [Theory]
    [InlineData("""{"extras":["steps"]}""", "steps")]
    [InlineData("""{"extras":["steps:figure"]}""", "steps")]
    [InlineData("""{"extras":["lora:text"]}""", "lora")]
    public void An_extra_needs_a_type_and_must_be_harmless(string options, string name)
    {
        Assert.Contains(name, Assert.Single(_provider.FindMistakes(JsonSerializer.Deserialize<JsonElement>(options))));
        Assert.Throws<ArgumentException>(() => ModelsOf(options, "gpt-image-2"));
    }

    private IEnumerable<string> Extras(string options, string name) => ModelsOf(options, name)[1].Extras.Select(extra => extra.Name);

    private IReadOnlyList<UpstreamModel> ModelsOf(string options, params string[] names) =>
        _provider.ModelsOf(JsonSerializer.Deserialize<JsonElement>(options), names);
}
