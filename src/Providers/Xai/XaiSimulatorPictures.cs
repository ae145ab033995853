using System.Text.Json.Nodes;

namespace Reelay.Simulators.Xai;

/// <summary>Reads orders of pictures.</summary>
internal static class XaiSimulatorPictures
{
    private const long Cent = 100_000_000;

    // Nominal: what the vendor's own sizes are is not published.
    private static readonly Dictionary<string, (int Width, int Height)> _sizes = new()
    {
        ["1:1"] = (1024, 1024), ["4:3"] = (1152, 864), ["3:4"] = (864, 1152), ["3:2"] = (1248, 832), ["2:3"] = (832, 1248),
        ["16:9"] = (1280, 720), ["9:16"] = (720, 1280), ["2:1"] = (1440, 720), ["1:2"] = (720, 1440), ["20:9"] = (1600, 720),
        ["9:20"] = (720, 1600), ["19.5:9"] = (1560, 720), ["9:19.5"] = (720, 1560), ["auto"] = (1024, 1024),
    };

    private static readonly string[] _models = ["grok-imagine-image", "grok-imagine-image-quality", "grok-imagine-image-pro", "grok-imagine-image-2.0"];

    /// <summary>The order; of use only if nothing was refused.</summary>
    public static XaiSimulatorOrder Read(string path, XaiSimulatorFields top, Action<int, string> refuse)
    {
        bool isEdit = path == "images/edits";
        string[] fields = ["model", "prompt", "n", "aspect_ratio", "resolution", "quality", "response_format", "output_format", "user"];
        top.Only(isEdit ? [.. fields, "image", "images"] : fields);
        string model = top.Text("model") ?? "";
        if (!_models.Contains(model))
            refuse(model.Length == 0 ? 422 : 400, $"The model {model} does not exist or does not support this operation.");
        bool isNewest = model.EndsWith("2.0", StringComparison.Ordinal);
        int inputs = Inputs(top, isEdit, isNewest ? 5 : 3, refuse);
        int count = top.Whole("n", 1, 1, 10);
        string resolution = top.Word("resolution", "1k", "1k", "2k");
        string quality = top.Word("quality", "medium", "low", "medium", "high");
        if (top.Has("quality") && !isNewest)
            refuse(400, "quality is not supported by this model");
        top.Word("output_format", "jpeg", "jpeg", "png", "webp");
        top.Text("user");
        (int width, int height) = _sizes.GetValueOrDefault(top.Word("aspect_ratio", "auto", [.. _sizes.Keys]), _sizes["auto"]);
        int scale = resolution == "2k" ? 2 : 1;
        long each = model switch
        {
            "grok-imagine-image" => 2 * Cent,
            "grok-imagine-image-2.0" => (resolution == "2k" && quality != "low") || quality == "high" ? 8 * Cent : 6 * Cent,
            _ => 5 * Cent,
        };
        string prompt = top.Text("prompt") ?? "";
        if (prompt.Length == 0)
            refuse(400, "prompt is required");
        return new(path, model, prompt, width * scale, height * scale, 1, (count * each) + (inputs * Cent))
        {
            Count = count,
            HasSound = false,
            IsBase64 = top.Word("response_format", "url", "url", "b64_json") == "b64_json",
        };
    }

    private static int Inputs(XaiSimulatorFields top, bool isEdit, int most, Action<int, string> refuse)
    {
        if (!isEdit)
            return 0;
        IReadOnlyList<JsonObject> images = top.List("images");
        foreach (JsonObject image in images)
            XaiSimulatorFields.Bytes(image, "images", refuse, "type");
        bool hasOne = top.File("image", "type") is not null;
        if (hasOne == (images.Count > 0) || images.Count > most)
            refuse(400, $"an edit takes image, or images with at most {most}");
        return hasOne ? 1 : images.Count;
    }
}
