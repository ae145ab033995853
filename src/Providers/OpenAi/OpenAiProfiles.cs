using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Providers.OpenAi;

/// <summary>The known servers' settings, and how a channel's own settings are laid over them.</summary>
internal static class OpenAiProfiles
{
    private static readonly Dictionary<string, string?> CommonFields = new()
    {
        ["prompt"] = "prompt", ["model"] = "model", ["seconds"] = "seconds", ["size"] = "size",
    };

    private static readonly OpenAiOptions OpenAi = new()
    {
        RequestIdHeader = "X-Client-Request-Id", HasEdits = true, HasExtensions = true, HasCharacters = true,
        HasDelete = true, HasList = true, ListHasPrompt = true,
    };

    private static readonly Dictionary<string, OpenAiOptions> Presets = new OpenAiOptions[]
    {
        OpenAi,
        new()
        {
            Profile = "vllm_omni",
            SendModel = false,
            Fields = With(
                ("count", "num_outputs_per_prompt"), ("fps", "fps"), ("audio", "generate_sound"), ("aspect_ratio", "aspect_ratio")),
            Extras =
            [
                "negative_prompt", "num_inference_steps", "guidance_scale", "guidance_scale_2", "boundary_ratio", "flow_shift",
                "true_cfg_scale", "seed", "sound_duration",
            ],
            HasDelete = true, DeleteCancels = true, HasList = true, ListHasPrompt = true,
        },
        new()
        {
            Profile = "sglang",
            SecondsAs = OpenAiSeconds.Whole,
            Fields = With(("count", "n"), ("fps", "fps")),
            Extras =
            [
                "negative_prompt", "num_inference_steps", "guidance_scale", "guidance_scale_2", "true_cfg_scale", "flow_shift",
                "max_sequence_length", "seed", "enable_teacache", "output_quality", "output_compression",
            ],
            HasDelete = true, HasList = true, ContentIndexQuery = "variant",
        },
        new()
        {
            Profile = "trtllm",
            Encoding = OpenAiEncoding.Json,
            SecondsAs = OpenAiSeconds.Fraction,
            Fields = With(("fps", "fps")),
            ReferenceField = "image_reference",
            ReferenceAs = OpenAiReferenceForm.Url,
            Extras = ["negative_prompt", "num_inference_steps", "guidance_scale", "max_sequence_length", "seed"],
            HasDelete = true, DeleteCancels = true, HasList = true, ListHasPrompt = true,
        },
        new()
        {
            Profile = "gateway",
            Extras = ["negative_prompt", "cfg_scale", "camera_control", "seed"],
            IdempotencyHeader = "Idempotency-Key",
            HasEdits = true, HasExtensions = true, HasCharacters = true,
        },
    }.ToDictionary(preset => preset.Profile);

    /// <summary>The options of an account.</summary>
    /// <exception cref="ProviderException">They are wrong; nothing was sent.</exception>
    public static OpenAiOptions Of(ProviderAccount account) => ChannelOptions.Of(account, OpenAi, Read);

    /// <summary>Lays a channel's options over the profile they name; null with the mistakes if there are any.</summary>
    public static (OpenAiOptions? Options, IReadOnlyList<string> Mistakes) Read(JsonElement given) => ChannelOptions.Read(
        given, () => ChannelOptions.Profile(given, Presets, OpenAi.Profile), OpenAiJson.Strict.OpenAiOptions, Lay, Check);

    private static void Lay(JsonObject merged, JsonElement given)
    {
        foreach (var member in given.EnumerateObject())
        {
            if (member is { Name: "fields", Value.ValueKind: JsonValueKind.Object })
            {
                foreach (var field in member.Value.EnumerateObject())
                    merged["fields"]![field.Name] = JsonSerializer.SerializeToNode(field.Value, OpenAiJson.Strict.JsonElement);
            }
            else
            {
                merged[member.Name] = JsonSerializer.SerializeToNode(member.Value, OpenAiJson.Strict.JsonElement);
            }
        }

        var isMoved = given.TryGetProperty("reference_field", out var reference) || given.TryGetProperty("encoding", out _);
        if (isMoved && !given.TryGetProperty("reference_as", out _))
            merged["reference_as"] = DefaultForm(merged);

        // A field of that name is fetched by the server; that it would take a data: link is said nowhere.
        if (reference.AsText() == "reference_url" && !given.TryGetProperty("reference_inline", out _))
            merged["reference_inline"] = false;
    }

    private static string DefaultForm(JsonObject merged)
    {
        var isJson = merged["encoding"]?.ToString() == "json";
        return merged["reference_field"]?.ToString() switch
        {
            "input_reference" => isJson ? "object" : "file",
            "image_reference" => isJson ? "url" : "json_text",
            _ => "url",
        };
    }

    private static List<string> Check(OpenAiOptions options)
    {
        var mistakes = new List<string>();
        if (options is { Encoding: OpenAiEncoding.Json, ReferenceAs: OpenAiReferenceForm.File })
            mistakes.Add("reference_as: a file needs the encoding multipart");
        foreach (var word in options.Fields.Keys.Where(word => !OpenAiFields.Words.Contains(word)))
            mistakes.Add($"fields.{word}: must be one of {string.Join(", ", OpenAiFields.Words)}");
        var names = options.Fields.Values.Append(options.ReferenceField).Where(name => !string.IsNullOrEmpty(name)).ToList();
        foreach (var name in names.GroupBy(name => name).Where(group => group.Count() > 1))
            mistakes.Add($"fields: {name.Key} is named twice");
        mistakes.AddRange(OpenAiExtras.FindMistakes(options));
        if (options.ListDelaySeconds is not (>= 0 and <= 300))
            mistakes.Add("list_delay_seconds: must be 0 to 300");
        if (options.Poll404Confirmations is not (>= 1 and <= 100))
            mistakes.Add("poll_404_confirmations: must be 1 to 100");
        foreach (var header in new[] { options.IdempotencyHeader, options.RequestIdHeader })
        {
            if (header is not null && !header.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
                mistakes.Add($"{header}: is not the name of a header");
        }

        return mistakes;
    }

    private static Dictionary<string, string?> With(params ReadOnlySpan<(string Word, string Field)> more)
    {
        var fields = new Dictionary<string, string?>(CommonFields);
        foreach (var (word, field) in more)
            fields[word] = field;
        return fields;
    }
}
