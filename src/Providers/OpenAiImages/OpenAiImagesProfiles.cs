using System.Text.Json;

namespace Reelay.Providers.OpenAiImages;

/// <summary>The known servers' settings, and how a channel's own settings are laid over them.</summary>
internal static class OpenAiImagesProfiles
{
    private static readonly OpenAiImagesOptions OpenAi = new();

    private static readonly Dictionary<string, OpenAiImagesOptions> Presets = new OpenAiImagesOptions[]
    {
        OpenAi,
        new()
        {
            Profile = "compatible",
            SendAutoSize = false,
            ResponseFormat = "b64_json",
            ImagesField = "image",
            UserField = null,
            RequestIdHeader = null,
            Extras = ["negative_prompt", "num_inference_steps", "guidance_scale", "true_cfg_scale", "seed"],
        },
    }.ToDictionary(options => options.Profile);

    /// <summary>The settings of an account.</summary>
    /// <exception cref="ProviderException">They have mistakes; nothing is sent with them.</exception>
    public static OpenAiImagesOptions Of(ProviderAccount account)
    {
        if (account.Options.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return OpenAi;
        var (options, mistakes) = Read(account.Options);
        return options ?? throw new ProviderException(
            ProviderErrorKind.NotSent, $"options of channel {account.ChannelId}: {string.Join("; ", mistakes)}");
    }

    /// <summary>Lays a channel's options over the profile they name; null with the mistakes if there are any.</summary>
    public static (OpenAiImagesOptions? Options, IReadOnlyList<string> Mistakes) Read(JsonElement given)
    {
        if (given.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return (OpenAi, []);
        if (given.ValueKind != JsonValueKind.Object)
            return (null, ["options must be an object"]);
        if (!Presets.TryGetValue(given.Member("profile").AsText() ?? OpenAi.Profile, out var preset))
            return (null, [$"profile must be one of {string.Join(", ", Presets.Keys)}"]);
        try
        {
            var merged = JsonSerializer.SerializeToNode(preset, OpenAiImagesJson.Strict.OpenAiImagesOptions)!.AsObject();
            foreach (var member in given.EnumerateObject())
                merged[member.Name] = JsonSerializer.SerializeToNode(member.Value, OpenAiImagesJson.Strict.JsonElement);
            var options = merged.Deserialize(OpenAiImagesJson.Strict.OpenAiImagesOptions)!;
            var mistakes = Check(options);
            return (mistakes.Count == 0 ? options : null, mistakes);
        }
        catch (JsonException exception)
        {
            return (null, [$"{exception.Path}: {exception.Message}"]);
        }
    }

    private static List<string> Check(OpenAiImagesOptions options)
    {
        var mistakes = OpenAiImagesExtras.FindMistakes(options).ToList();
        if (options.ResponseFormat is not (null or "b64_json" or "url"))
            mistakes.Add("response_format: must be b64_json, url or null");
        if (options.FixedFields["stream"] is not null)
            mistakes.Add("fixed_fields: stream would turn the answer into events, which are not read");
        foreach (var field in new[] { options.ImageField, options.ImagesField, options.MaskField, options.UserField })
        {
            if (field is not null && string.IsNullOrWhiteSpace(field))
                mistakes.Add("image_field, images_field, mask_field and user_field: must not be empty");
        }

        if (options.MaskField is not null && (options.MaskField == options.ImageField || options.MaskField == options.ImagesField))
            mistakes.Add($"mask_field: {options.MaskField} is the field of the pictures");
        if (options.RequestIdHeader is { } header && !header.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            mistakes.Add($"{header}: is not the name of a header");
        return mistakes;
    }
}
