using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>What the create calls for texts and pictures allow; extensions and the omni call have files of their own.</summary>
internal static class KlingRules
{
    private const int MaxMasks = 6;

    /// <summary>Checks a create call below one of the three paths.</summary>
    /// <param name="family">The path.</param>
    /// <param name="body">Its fields.</param>
    /// <param name="served">Names of the models that are served.</param>
    public static KlingReading Read(string family, KlingFields body, IReadOnlyList<string> served)
    {
        if (Model(family, body, family == "multi-image2video" ? "kling-v1-6" : "kling-v1", served) is not { } model)
            return body.Mistake!;
        string mode = body.Word("mode", "std", model.Modes);
        string seconds = body.Duration(model.Durations);
        string ratio = family == "image2video" ? "16:9" : body.Word("aspect_ratio", "16:9", "16:9", "9:16", "1:1");
        bool hasShots = family != "multi-image2video" && body.Shots(model, seconds);
        string prompt = body.Prompt(isNeeded: family != "image2video" && !hasShots);
        body.Number("cfg_scale", 0, 1);
        List<KlingPicture> pictures = family switch
        {
            "image2video" => Frames(body, model, mode, seconds),
            "multi-image2video" => Pictures(body),
            _ => [],
        };
        bool hasSound = family != "multi-image2video" && body.Sound(model, mode, body.Has("image_tail"));
        if (family != "multi-image2video")
            body.Camera(model, family, mode, seconds);
        if (body.Mistake is { } mistake)
            return mistake;

        KlingOrder order = Order(model, mode, prompt, seconds, ratio, family == "image2video" ? pictures[0] : null, hasSound);
        order = order with { HasBadPicture = pictures.Any(picture => picture.IsBad) };

        // Several pictures cost 2 and 3.5 units for 5 s, twice that for 10.
        return family == "multi-image2video" ? order with { Units = (mode == "std" ? 0.4m : 0.7m) * (decimal)order.Seconds } : order;
    }

    /// <summary>The model a call names, if the path has it and it is served.</summary>
    public static KlingModel? Model(string family, KlingFields body, string usual, IReadOnlyList<string> served)
    {
        string name = body.Text("model_name") ?? usual;
        KlingModel? model = KlingModel.All.FirstOrDefault(
            model => model.Name == name && model.Families.Contains(family) && served.Contains(name));
        if (model is null)
            body.Refuse(KlingReply.Invalid("model_name", name));
        return model;
    }

    /// <summary>An order of known values.</summary>
    public static KlingOrder Order(
        KlingModel model, string mode, string prompt, string seconds, string? ratio, KlingPicture? picture, bool hasSound)
    {
        int index = KlingModel.IndexOf(mode);
        (int width, int height) = KlingPictures.Size(model.ShortSides[index], ratio, picture);
        decimal units = (hasSound ? model.SoundUnits ?? model.Units : model.Units)[index];
        return new KlingOrder
        {
            Model = model,
            Mode = mode,
            Prompt = prompt,
            Seconds = int.Parse(seconds),
            WidthPixels = width,
            HeightPixels = height,
            HasSound = hasSound,
            Units = units * int.Parse(seconds),
        };
    }

    private static List<KlingPicture> Frames(KlingFields body, KlingModel model, string mode, string seconds)
    {
        List<KlingPicture> found = [];
        foreach (string name in (string[])["image", "image_tail"])
        {
            // A picture has to be there at all; either of the two will do where the model takes a last frame alone.
            if (!body.Has(name) && (name == "image_tail" || (model.TakesLoneTail && body.Has("image_tail"))))
                continue;
            (KlingPicture? picture, KlingRefusal? refusal) = KlingPictures.Check(body[name]);
            body.Refuse(refusal);
            if (picture is not null)
                found.Add(picture);
        }

        bool hasMasks = body.Has("static_mask") || body.Has("dynamic_masks");
        if (body.Has("image_tail") && !model.TakesTail(mode, seconds))
            body.Refuse(new KlingRefusal(1201, "image_tail is not supported by the current model"));
        if (hasMasks && !model.TakesMasks(mode, seconds))
            body.Refuse(new KlingRefusal(1201, "motion brush is not supported by the current model"));
        if ((body.Has("image_tail") ? 1 : 0) + (hasMasks ? 1 : 0) + (body.Has("camera_control") ? 1 : 0) > 1)
            body.Refuse(new KlingRefusal(1201, "image_tail, masks and camera_control can not be used together"));
        if (body.Has("static_mask"))
            body.Refuse(KlingPictures.Check(body["static_mask"]).Refusal);
        foreach (JsonObject mask in body.List("dynamic_masks", MaxMasks))
        {
            body.Refuse(KlingPictures.Check(mask["mask"]).Refusal);
            if (mask["trajectories"] is not JsonArray { Count: >= 2 and <= 77 })
                body.RefuseValue("dynamic_masks");
        }

        if (body.List("element_list", 3).Count > 0 && body.Has("voice_list"))
            body.Refuse(new KlingRefusal(1201, "element_list and voice_list can not be used together"));
        return found;
    }

    private static List<KlingPicture> Pictures(KlingFields body)
    {
        List<KlingPicture> found = [];
        foreach (JsonObject item in body.List("image_list", 4))
        {
            (KlingPicture? picture, KlingRefusal? refusal) = KlingPictures.Check(item["image"]);
            body.Refuse(refusal);
            if (picture is not null)
                found.Add(picture);
        }

        if (found.Count == 0)
            body.Refuse(new KlingRefusal(1201, "image_list can not be null"));
        return found;
    }
}
