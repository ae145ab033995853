using System.Text.Json.Nodes;
using Reelay.Simulators.Google;

namespace Reelay.Simulators.GoogleVeo;

/// <summary>What a Veo model can do, by Google's cards.</summary>
internal sealed record GoogleVeoModel(
    string Name, bool IsVertex, bool IsGemini, bool HasReferences = true, bool HasLastFrame = true, bool Has4k = true)
{
    /// <summary>All that ever were, of the third generation.</summary>
    public static readonly IReadOnlyList<GoogleVeoModel> All =
    [
        new("veo-3.1-generate-001", true, false),
        new("veo-3.1-fast-generate-001", true, false, Has4k: false),
        new("veo-3.1-lite-generate-001", true, false, HasReferences: false, Has4k: false),
        new("veo-3.1-generate-preview", false, true),
        new("veo-3.1-fast-generate-preview", false, true),
        new("veo-3.1-lite-generate-preview", false, true, HasReferences: false, Has4k: false),
        new("veo-3.0-generate-001", true, true, HasReferences: false, HasLastFrame: false, Has4k: false),
        new("veo-3.0-fast-generate-001", true, true, HasReferences: false, HasLastFrame: false, Has4k: false),
    ];
}

/// <summary>An order that is in order.</summary>
internal sealed record GoogleVeoOrder(
    GoogleVeoModel Model, string Prompt, int WidthPixels, int HeightPixels, int Seconds, int Samples, bool HasSound, string? StorageUri, bool HasPictures);

/// <summary>Reads the body of an order strictly; the first mistake is the answer.</summary>
internal sealed class GoogleVeoRules(GoogleVeoModel model, bool isGemini)
{
    private const int MaxReferences = 3;

    private string? _mistake;
    private bool _hasPictures;

    /// <summary>The order, or why it is none.</summary>
    public (GoogleVeoOrder? Order, string? Mistake) Read(JsonObject body)
    {
        GoogleFields top = new(body, "", Refuse);
        top.Only(isGemini ? ["instances", "parameters", "webhookConfig"] : ["instances", "parameters", "labels"]);
        IReadOnlyList<JsonObject> instances = top.List("instances");
        if (instances.Count != 1)
            Refuse("`instances` must hold exactly one instance.");
        bool hasReferences = false;
        string prompt = instances.Count == 1 ? ReadInstance(new(instances[0], "instances[0]", Refuse), out hasReferences) : "";
        GoogleVeoOrder order = ReadParameters(new(top.Object("parameters") ?? [], "parameters", Refuse), prompt, hasReferences);
        return _mistake is null ? (order, null) : (null, _mistake);
    }

    private void Refuse(string mistake) => _mistake ??= mistake;

    private string ReadInstance(GoogleFields instance, out bool hasReferences)
    {
        instance.Only("prompt", "image", "lastFrame", "referenceImages");
        bool hasFirst = ReadPicture(instance.Object("image"), "image");
        bool hasLast = ReadPicture(instance.Object("lastFrame"), "lastFrame");
        IReadOnlyList<JsonObject> references = instance.List("referenceImages");
        hasReferences = references.Count > 0;
        if (hasLast && !(hasFirst && model.HasLastFrame))
            Refuse("`lastFrame` needs `image`, and a model that supports it.");
        if (hasReferences && (!model.HasReferences || hasFirst || references.Count > MaxReferences))
            Refuse($"`referenceImages` isn't supported like this by this model: at most {MaxReferences}, and no `image` beside them.");
        foreach (JsonObject reference in references)
            ReadReference(reference);
        string prompt = instance.Text("prompt") ?? "";
        if (prompt.Length == 0 && (!hasFirst || hasReferences))
            Refuse("`prompt` is required.");
        return prompt;
    }

    // The AI SDK for Vertex sends reference pictures without the wrapper.
    private void ReadReference(JsonObject reference)
    {
        GoogleFields fields = new(reference, "instances[0].referenceImages", Refuse);
        if (!isGemini && fields.Has("bytesBase64Encoded"))
        {
            ReadPicture(reference, "referenceImages");
            return;
        }

        fields.Only("image", "referenceType");
        if (!ReadPicture(fields.Object("image"), "referenceImages.image"))
            Refuse("`referenceImages.image` is required.");
        fields.Word("referenceType", "asset", "ASSET");
    }

    private bool ReadPicture(JsonObject? picture, string place)
    {
        if (picture is null)
            return false;
        _hasPictures = true;
        if (picture.ContainsKey("inlineData"))
            Refuse("`inlineData` isn't supported by this model. Please remove it or refer to the Gemini API documentation for supported usage.");
        GoogleFields fields = new(picture, place, Refuse);
        fields.Only(isGemini ? ["bytesBase64Encoded", "mimeType"] : ["bytesBase64Encoded", "gcsUri", "mimeType"]);
        string? type = fields.Text("mimeType");
        if (fields.Text("gcsUri") is { } link)
        {
            if (!link.StartsWith("gs://", StringComparison.Ordinal) || fields.Has("bytesBase64Encoded"))
                Refuse($"Invalid `gcsUri` at {place}.");
            return true;
        }

        string text = fields.Text("bytesBase64Encoded") ?? "";
        byte[] bytes = new byte[text.Length];
        ImageHeader? header = Convert.TryFromBase64String(text, bytes, out int count) ? ImageHeader.Read(bytes.AsSpan(0, count)) : null;
        if (header is null || header.ContentType != type)
            Refuse($"Unable to process input image at {place}: its bytes are not {type ?? "of a named type"}.");
        return true;
    }

    private GoogleVeoOrder ReadParameters(GoogleFields parameters, string prompt, bool hasReferences)
    {
        parameters.Only(isGemini
            ? ["sampleCount", "durationSeconds", "aspectRatio", "resolution", "personGeneration", "negativePrompt", "enhancePrompt", "seed"]
            :
            [
                "sampleCount", "durationSeconds", "aspectRatio", "resolution", "personGeneration", "negativePrompt", "enhancePrompt", "seed",
                "generateAudio", "storageUri", "gcsOutputDirectory", "fps", "compressionQuality", "resizeMode", "pubsubTopic",
            ]);
        string ratio = parameters.Word("aspectRatio", "16:9", "9:16") ?? "16:9";
        string resolution = parameters.Word("resolution", "720p", "1080p", "4k") ?? "720p";
        int seconds = (int)(parameters.Whole("durationSeconds", 4, 8) ?? 8);
        ReadHints(parameters);
        if (seconds % 2 == 1)
            Refuse($"The number value for `durationSeconds` is out of bound: {seconds}. Supported: 4, 6, 8.");
        if (seconds != 8 && (hasReferences || resolution == "4k" || (isGemini && resolution == "1080p")))
            Refuse($"`durationSeconds` must be 8 with reference images or resolution {resolution}.");
        if (hasReferences && ratio != "16:9")
            Refuse("`aspectRatio` must be 16:9 with reference images.");
        if (resolution == "4k" && !model.Has4k)
            Refuse($"Resolution `4k` isn't supported by {model.Name}.");
        (int longSide, int shortSide) = resolution switch { "4k" => (3840, 2160), "1080p" => (1920, 1080), _ => (1280, 720) };
        (int width, int height) = ratio == "16:9" ? (longSide, shortSide) : (shortSide, longSide);
        string? storage = parameters.Text("storageUri") ?? parameters.Text("gcsOutputDirectory");
        if (storage?.StartsWith("gs://", StringComparison.Ordinal) == false)
            Refuse("`storageUri` must begin with gs://.");
        return new(
            model, prompt, width, height, seconds, (int)(parameters.Whole("sampleCount", 1, isGemini ? 1 : 4) ?? 1),
            parameters.Flag("generateAudio") ?? true, storage, _hasPictures);
    }

    private void ReadHints(GoogleFields parameters)
    {
        parameters.Word("personGeneration", "allow_all", "allow_adult", "dont_allow");
        parameters.Text("negativePrompt");
        if (parameters.Flag("enhancePrompt") == false)
            Refuse("`enhancePrompt` cannot be false for this model.");
        parameters.Whole("seed", 0, uint.MaxValue);
        parameters.Whole("fps", 24, 24);
        parameters.Word("compressionQuality", "optimized", "lossless", "OPTIMIZED", "LOSSLESS");
        if (parameters.Word("resizeMode", "pad", "crop", "PAD", "CROP") is not null && !_hasPictures)
            Refuse("`resizeMode` needs `image`.");
        parameters.Text("pubsubTopic");
    }
}
